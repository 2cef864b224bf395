import { isJsonObject, type JsonObject } from '#kernel/json.ts';
import { NoPlace, type Target } from '../../format.ts';
import { parseObjectKeptDigits } from '../../json/parse-kept-digits.ts';
import type { FieldChange } from '../../json/splice-fields.ts';
import { writeJson } from '../../json/write-json.ts';
import { type BetaField, fieldsWithoutBeta } from './beta-fields.ts';

const EACH = '[]';

type Taker = Pick<Target, 'rules' | 'dropsUnplaced'>;

/**
 * The changes by which a request loses the fields of features that a provider does not take. Throws `NoPlace` for a field without
 * which the answer would be another, unless it may be dropped.
 */
export function withoutBetaFields(body: Buffer, parsed: JsonObject, taker: Taker): ReadonlyMap<string, FieldChange> {
  const found = foundIn(parsed, taker);
  if (found.length === 0) return new Map();
  const refused = found.find(({ isLost }) => isLost);
  if (refused !== undefined && !taker.dropsUnplaced) {
    throw new NoPlace(refused.path, `this provider does not take the beta feature (${refused.field.why})`);
  }
  const digits = parseObjectKeptDigits(body.toString()) ?? parsed;
  const changed = new Map<string, unknown>();
  for (const { field, path } of found) {
    const [name = '', ...below] = stepsOf(path);
    const value = changed.has(name) ? changed.get(name) : digits[name];
    changed.set(name, pruned(value, below, field));
  }
  const changes = new Map<string, FieldChange>();
  for (const [name, value] of changed) {
    changes.set(name, value === undefined ? { kind: 'remove' } : { kind: 'put', json: writeJson(value) });
  }
  return changes;
}

/** The fields that a client is told of where it lets what has no place be dropped. */
export function droppedBetaFields(parsed: JsonObject, taker: Taker): readonly string[] {
  return foundIn(parsed, taker)
    .filter(({ isLost }) => isLost)
    .map(({ path }) => path);
}

interface Found {
  readonly field: BetaField;
  readonly path: string;
  /** The answer is another without it. */
  readonly isLost: boolean;
}

function foundIn(parsed: JsonObject, { rules }: Taker): readonly Found[] {
  const found: Found[] = [];
  for (const field of fieldsWithoutBeta(rules.betas)) {
    for (const path of field.paths) {
      const values = valuesAt(parsed, stepsOf(path)).filter((value) => isAsked(value, field));
      if (values.length > 0) found.push({ field, path, isLost: !values.every(field.isTuning) });
    }
  }
  return found;
}

function isAsked(value: unknown, { isUsual }: BetaField): boolean {
  return value !== undefined && value !== null && isUsual?.(value) !== true;
}

/** `a[].b` as `a`, `[]`, `b`. */
function stepsOf(path: string): readonly string[] {
  return path.replaceAll(EACH, `.${EACH}`).split('.');
}

function valuesAt(value: unknown, [step, ...below]: readonly string[]): readonly unknown[] {
  if (step === undefined) return [value];
  if (step === EACH) return Array.isArray(value) ? value.flatMap((each) => valuesAt(each, below)) : [];
  return isJsonObject(value) && Object.hasOwn(value, step) ? valuesAt(value[step], below) : [];
}

/** A value without what is at the steps below it; undefined: it goes itself. */
function pruned(value: unknown, [step, ...below]: readonly string[], field: BetaField): unknown {
  if (step === undefined) return isAsked(value, field) ? undefined : value;
  if (step === EACH) return Array.isArray(value) ? value.map((each) => pruned(each, below, field)) : value;
  if (!isJsonObject(value) || !Object.hasOwn(value, step)) return value;
  return { ...value, [step]: pruned(value[step], below, field) };
}
