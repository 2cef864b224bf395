import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { InvalidArgumentError, Option } from 'commander';
import { fieldDescription } from '#admin-api/descriptions.ts';
import { parseExactly } from '#admin-api/exact-json.ts';
import { fieldOptionsOf, isWritten } from '#admin-api/field-options.ts';

/** An option of a command, and the place of its value in the document that is sent. */
export interface FieldFlag {
  readonly option: Option;
  readonly path: readonly string[];
  /** The value is a file, whose text is sent. */
  readonly isFile: boolean;
}

/** A text that may be longer than this is a document, and is given as a file. */
const DOCUMENT_CHARS = 10_000;

/** The options of fields: one for each that a person can write on one line, those of messages below flattened. */
export function fieldFlags(fields: readonly DescField[], above: readonly string[] = []): readonly FieldFlag[] {
  return fields.flatMap((field) => {
    const path = [...above, field.name];
    if (field.fieldKind === 'message') return fieldFlags(field.message.fields.filter(isWritten), path);
    return [{ option: optionOf(field, path), path, isFile: isDocument(field) }];
  });
}

function optionOf(field: DescField, path: readonly string[]): Option {
  const name = path.join('-').replaceAll('_', '-');
  const { oneOf, required } = fieldOptionsOf(field);
  const help = [
    fieldDescription(field) || (oneOf.length > 0 ? '' : words(field.name)),
    ...(oneOf.length > 0 ? [`One of ${oneOf.join(', ')}.`] : []),
    ...(required ? ['Required.'] : []),
  ]
    .join(' ')
    .trim();
  const option = new Option(`--${name} ${placeholder(field)}`, help);
  if (isBoolean(field)) option.preset('true');
  return option.argParser((text) => writtenValue(field, text));
}

function placeholder(field: DescField): string {
  if (isBoolean(field)) return '[true|false]';
  if (isDocument(field)) return '<file>';
  if (field.fieldKind === 'map') return '<name=value,…>';
  if (field.fieldKind !== 'list') return '<value>';
  return field.listKind === 'message' ? `<${pairOf(field.message)?.join('=') ?? 'json'},…>` : '<value,…>';
}

function isBoolean(field: DescField): boolean {
  return field.fieldKind === 'scalar' && field.scalar === ScalarType.BOOL;
}

function isDocument(field: DescField): boolean {
  return field.fieldKind === 'scalar' && fieldOptionsOf(field).charsMax > DOCUMENT_CHARS;
}

/** The value of a field as it is written on a command line: lists with commas, maps and pairs with "=", or JSON. */
function writtenValue(field: DescField, text: string): unknown {
  switch (field.fieldKind) {
    case 'list':
      if (field.listKind !== 'message') return split(text);
      return text.startsWith('[') ? json(text) : split(text).map((item) => pair(field.message, item));
    case 'map':
      return text.startsWith('{') ? json(text) : Object.fromEntries(split(text).map((item) => cut(item)));
    default:
      return text;
  }
}

/** The first two fields of a message as a pair: `input=0.15`, `openai=gpt-4o`. What else it has is written in JSON. */
function pair(schema: DescMessage, item: string): unknown {
  const names = pairOf(schema);
  if (names === undefined) throw new InvalidArgumentError('Write a JSON list.');
  const [first, second] = cut(item);
  return second === '' ? { [names[0]]: first } : { [names[0]]: first, [names[1]]: second };
}

function pairOf({ fields }: DescMessage): readonly [string, string] | undefined {
  const [first, second, ...others] = fields;
  if (first === undefined || second?.fieldKind !== 'scalar') return undefined;
  if (others.some((field) => fieldOptionsOf(field).required)) return undefined;
  return first.fieldKind === 'scalar' ? [first.name, second.name] : undefined;
}

function split(text: string): string[] {
  return text === '' ? [] : text.split(',').map((item) => item.trim());
}

function cut(item: string): [string, string] {
  const at = item.indexOf('=');
  return at === -1 ? [item, ''] : [item.slice(0, at), item.slice(at + 1)];
}

function json(text: string): unknown {
  try {
    return parseExactly(text);
  } catch (thrown) {
    throw new InvalidArgumentError(thrown instanceof Error ? thrown.message : 'Write JSON.');
  }
}

function words(name: string): string {
  return `The ${name.replaceAll('_', ' ')}.`;
}
