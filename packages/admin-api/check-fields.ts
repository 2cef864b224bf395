import type { DescField, DescMessage, Message } from '@bufbuild/protobuf';
import { type FieldOptions, Format } from '#contracts/gen/gateway/admin/v1/options_pb.js';
import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { fieldOptionsOf, isWritten } from './field-options.ts';
import { formats } from './formats.ts';

/** Of a text without a bound of its own: longer than any name, and short enough for a log line. */
const TEXT_CHARS_MAX = 1_000;
/** Of a list or map without a bound of its own: as many as a page of a list has. */
const ITEMS_MAX = 1_000;
/** The key of a map is a name. */
const MAP_KEY_CHARS_MAX = 64;
/** A text that may be longer than this is a document, which has lines. */
const LINES_FROM_CHARS = 10_000;

type Values = Readonly<Record<string, unknown>>;

/**
 * What is wrong with the fields of a message that callers write, by the options of their descriptions: required fields,
 * bounds, formats and closed sets, in messages below as well. Each names its field as `subject.kind` or `prices[0].unit`.
 * An empty text, an empty list and the number 0 mean that nothing is said, and have no bound.
 */
export function fieldProblems(schema: DescMessage, message: Message, path = ''): readonly Refusal[] {
  const values = message as unknown as Values;
  return schema.fields
    .filter(isWritten)
    .flatMap((field) => problemsOf(field, values[field.localName], { path: `${path}${field.name}`, beside: values }));
}

interface Place {
  /** The field as its callers write it, from the outermost message on. */
  readonly path: string;
  /** The message that holds the field. */
  readonly beside: Values;
}

function problemsOf(field: DescField, value: unknown, place: Place): readonly Refusal[] {
  const options = fieldOptionsOf(field);
  if (isEmpty(value)) return options.required ? [invalid(`'${place.path}' is required.`, place.path)] : [];
  switch (field.fieldKind) {
    case 'list':
      return listProblems(field, value as readonly unknown[], options, place);
    case 'map':
      return mapProblems(value as Values, options, place);
    case 'message':
      return fieldProblems(field.message, value as Message, `${place.path}.`);
    default:
      return valueProblems(value, options, place);
  }
}

function listProblems(
  field: DescField & { fieldKind: 'list' },
  items: readonly unknown[],
  options: FieldOptions,
  { path, beside }: Place,
): readonly Refusal[] {
  const tooMany = itemsProblem(items.length, options, path);
  if (tooMany !== undefined) return [tooMany];
  return items.flatMap((item, index) => {
    const itemPath = `${path}[${index}]`;
    if (field.listKind === 'message') return fieldProblems(field.message, item as Message, `${itemPath}.`);
    if (item === '') return [invalid(`'${itemPath}' must not be empty.`, itemPath)];
    return valueProblems(item, options, { path: itemPath, beside });
  });
}

function mapProblems(map: Values, options: FieldOptions, { path, beside }: Place): readonly Refusal[] {
  const entries = Object.entries(map);
  const tooMany = itemsProblem(entries.length, options, path);
  if (tooMany !== undefined) return [tooMany];
  return entries.flatMap(([key, value]) => {
    const keyProblem = charactersProblem(key, MAP_KEY_CHARS_MAX, path);
    if (keyProblem !== undefined) return [keyProblem];
    return value === '' ? [] : valueProblems(value, options, { path: `${path}.${key}`, beside });
  });
}

function itemsProblem(count: number, { itemsMax }: FieldOptions, path: string): Refusal | undefined {
  const max = itemsMax === 0 ? ITEMS_MAX : itemsMax;
  return count > max ? invalid(`'${path}' may have at most ${max} items.`, path) : undefined;
}

function valueProblems(value: unknown, options: FieldOptions, place: Place): readonly Refusal[] {
  const problem =
    typeof value === 'string'
      ? textProblem(value, options, place)
      : typeof value === 'number' || typeof value === 'bigint'
        ? numberProblem(BigInt(value), options, place.path)
        : undefined;
  return problem === undefined ? [] : [problem];
}

function numberProblem(value: bigint, { min, max }: FieldOptions, path: string): Refusal | undefined {
  if (min !== undefined && value < min) return invalid(`'${path}' must be at least ${min}.`, path);
  if (max !== undefined && value > max) return invalid(`'${path}' must be at most ${max}.`, path);
  return undefined;
}

function textProblem(text: string, options: FieldOptions, { path, beside }: Place): Refusal | undefined {
  const { charsMax, format, oneOf } = options;
  const problem = charactersProblem(text, charsMax === 0 ? TEXT_CHARS_MAX : charsMax, path);
  if (problem !== undefined) return problem;
  if (oneOf.length > 0 && !oneOf.includes(text)) return invalid(`'${path}' must be one of ${oneOf.join(', ')}.`, path);
  if (format === Format.UNSPECIFIED) return undefined;
  const { is, fits } = formats[format];
  return fits(text, beside) ? undefined : invalid(`'${path}' must be ${is}.`, path);
}

/** PostgreSQL can't hold NUL in a text: an event with one would stop every projection that keeps the field. */
function charactersProblem(text: string, charsMax: number, path: string): Refusal | undefined {
  if (text.length > charsMax) return invalid(`'${path}' may have at most ${charsMax} characters.`, path);
  if (text.trim() === '') return invalid(`'${path}' must not be empty.`, path);
  const said = charsMax > LINES_FROM_CHARS ? text.replaceAll(/[\t\n\r]/g, ' ') : text;
  if (/\p{Cc}/u.test(said) || !text.isWellFormed()) {
    return invalid(`'${path}' must not contain control characters or broken Unicode.`, path);
  }
  return undefined;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === '' || value === 0 || value === 0n || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && value !== null && !('$typeName' in value) && Object.keys(value).length === 0;
}
