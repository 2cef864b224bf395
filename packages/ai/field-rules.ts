import { asObject, type JsonObject } from '#kernel/json.ts';

/** What a provider takes as the value of a field. What it does not take has no place there, and is refused by the field's name. */
export interface TakenValues {
  /** These alone. */
  readonly only?: readonly (string | number | boolean)[];
  /** Numbers from here on, and up to here. */
  readonly min?: number;
  readonly max?: number;
}

/** What a provider is told instead of a value: another value, or fields that stand in the field's place. */
export type ToldInstead = string | Readonly<Record<string, unknown>>;

/** How a provider's fields differ from those of its formats. `taken`, `values` and `ofModels` are about OpenAI's formats before Responses. */
export interface FieldRules {
  /** Fields that it refuses: they have no place there. */
  readonly refused: readonly string[];
  /** By field; a dot goes into an object: `response_format.type`. */
  readonly taken?: Readonly<Record<string, TakenValues>> | undefined;
  /** Values that it calls otherwise, by field and value. Each is told in docs/providers.md. */
  readonly values?: Readonly<Record<string, Readonly<Record<string, ToldInstead>>>> | undefined;
  /** Rules that hold for some of its models, beside the others. */
  readonly ofModels?: readonly ModelRules[] | undefined;
}

/** Rules of models that a pattern finds in the provider's own name of a model. */
export interface ModelRules extends Partial<Pick<FieldRules, 'refused' | 'taken' | 'values'>> {
  readonly models: RegExp;
}

/** Formats whose fields the rules of values and models are about. Others share a field's name, and not what it means. */
const ruledFormats: ReadonlySet<string> = new Set(['openai-chat', 'openai-completions', 'openai-embeddings']);

/** The rules for one model in a format, by its name: those of the provider, with those of the model added. */
export function rulesFor<T extends FieldRules>(rules: T, model: string, format: string): T {
  if (!ruledFormats.has(format)) return { ...rules, taken: undefined, values: undefined };
  const own = (rules.ofModels ?? []).filter(({ models }) => models.test(model.toLowerCase()));
  if (own.length === 0) return rules;
  return {
    ...rules,
    refused: [...rules.refused, ...own.flatMap(({ refused }) => refused ?? [])],
    taken: Object.assign({}, rules.taken, ...own.map(({ taken }) => taken)),
    values: Object.assign({}, rules.values, ...own.map(({ values }) => values)),
  };
}

/** A field of a request that its provider does not take, and why. */
export interface UntakenField {
  readonly field: string;
  readonly why: string;
}

/** The fields of a request that its provider does not take. A field that is null counts as left out. */
export function untakenFields({ refused, taken = {} }: FieldRules, body: JsonObject): readonly UntakenField[] {
  const untaken: UntakenField[] = [];
  for (const field of refused) if (isSaid(body[field])) untaken.push({ field, why: 'the provider does not take it' });
  for (const [path, values] of Object.entries(taken)) {
    const [field = path] = path.split('.');
    const value = valueAt(body, path);
    const isKnown = untaken.some((each) => each.field === field);
    if (isSaid(value) && !isKnown && !isTaken(value, values)) untaken.push({ field, why: whyNot(values) });
  }
  return untaken;
}

/** The fields whose values the provider calls otherwise, each with what it is told. */
export function toldInstead({ values = {} }: FieldRules, body: JsonObject): ReadonlyMap<string, ToldInstead> {
  const told = new Map<string, ToldInstead>();
  for (const [field, byValue] of Object.entries(values)) {
    const value = body[field];
    if (typeof value !== 'string' || !Object.hasOwn(byValue, value)) continue;
    const instead = byValue[value];
    if (instead !== undefined) told.set(field, instead);
  }
  return told;
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function isTaken(value: unknown, { only, min, max }: TakenValues): boolean {
  if (only !== undefined && !only.some((each) => each === value)) return false;
  // What is no number is the provider's to judge.
  if (typeof value !== 'number') return true;
  return value >= (min ?? value) && value <= (max ?? value);
}

function whyNot({ only, min, max }: TakenValues): string {
  if (only !== undefined) return `the provider takes ${only.map((each) => JSON.stringify(each)).join(', ')} only`;
  if (min === undefined) return `the provider takes at most ${max}`;
  return `the provider takes ${max === undefined ? `${min} and more` : `${min} to ${max}`}`;
}

function valueAt(body: JsonObject, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => asObject(value)?.[name], body);
}
