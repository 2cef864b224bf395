import { type DescField, type DescMessage, type Message, ScalarType } from '@bufbuild/protobuf';
import { Format, Visibility } from '#contracts/gen/gateway/admin/v1/options_pb.js';
import { formatUsd, parseUsd } from '#money/nano-usd.ts';
import { addedFields } from './added-fields.ts';
import { fieldOptionsOf } from './field-options.ts';

export type Document = Readonly<Record<string, unknown>>;
type Values = Readonly<Record<string, unknown>>;

/**
 * A message as a document: names in snake_case, an empty text as null, what is hidden or secret left out. Amounts of USD are
 * decimal text, and beside them stands the same in nano-USD for programs. Numbers that JSON cannot hold exactly are text.
 */
export function writeOutput(schema: DescMessage, message: Message): Document {
  const values = message as unknown as Values;
  const shown = schema.fields.filter(
    (field) => isShown(field) && !(isShownOnce(field) && values[field.localName] === ''),
  );
  const document = Object.fromEntries(shown.map((field) => [field.name, shownValue(field, values)]));
  const nano = shown.flatMap((field) => nanoOf(field, values));
  return { ...document, ...Object.fromEntries(nano), ...addedFields(schema, document) };
}

export function isShown(field: DescField): boolean {
  const { visibility } = fieldOptionsOf(field);
  return visibility !== Visibility.HIDDEN && visibility !== Visibility.SECRET;
}

/** Whether a field is a key itself, which is in the answer that makes it and in no other. */
export function isShownOnce(field: DescField): boolean {
  const { visibility, format } = fieldOptionsOf(field);
  return visibility === Visibility.COMPUTED && field.scalar === ScalarType.STRING && format === Format.UNSPECIFIED;
}

/** The field beside one of USD that says the same in nano-USD; undefined: it is no amount of USD. */
export function nanoNameOf(field: DescField): string | undefined {
  const isAmount = fieldOptionsOf(field).format === Format.USD && field.name.endsWith('_usd');
  return isAmount ? field.name.replace(/_usd$/, '_nano_usd') : undefined;
}

function shownValue(field: DescField, values: Values): unknown {
  const value = values[field.localName];
  switch (field.fieldKind) {
    case 'message':
      return value === undefined ? null : writeOutput(field.message, value as Message);
    case 'list': {
      const items = value as readonly unknown[];
      if (field.listKind === 'message') return items.map((item) => writeOutput(field.message, item as Message));
      return items.map((item) => scalarOf(field, item, values));
    }
    case 'map':
      return value;
    default:
      return scalarOf(field, value, values);
  }
}

function scalarOf(field: DescField, value: unknown, beside: Values): unknown {
  if (field.scalar === ScalarType.UINT64) return exactNumber(String(value));
  if (field.scalar !== ScalarType.STRING) return value;
  if (value === '') return null;
  const text = String(value);
  switch (fieldOptionsOf(field).format) {
    case Format.AMOUNT:
      return beside['unit'] === 'cost' ? text : exactNumber(text);
    case Format.USD:
      return usdText(text);
    default:
      return text;
  }
}

function nanoOf(field: DescField, values: Values): readonly (readonly [string, string | null])[] {
  const name = nanoNameOf(field);
  if (name === undefined) return [];
  const text = String(values[field.localName]);
  return [[name, text === '' ? null : String(parseUsd(text))]];
}

/** At least two decimals, whoever wrote it. */
function usdText(text: string): string {
  return formatUsd(parseUsd(text));
}

function exactNumber(text: string): number | string {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
}
