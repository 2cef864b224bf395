import { type DescField, type DescMessage, type Message, ScalarType } from '@bufbuild/protobuf';
import { ChangeBalanceResponseSchema, UndoCreditResponseSchema } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { Format, Visibility } from '#contracts/gen/gateway/admin/v1/options_pb.js';
import { ResourceSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { formatUsd, parseUsd } from '#money/nano-usd.ts';
import { fieldOptionsOf } from './field-options.ts';

export type Document = Readonly<Record<string, unknown>>;
type Values = Readonly<Record<string, unknown>>;

/** What documents call themselves: `user`, `api_key`. Lists are `list`. */
const objectNames: ReadonlyMap<string, string> = new Map([
  ...ResourceSchema.fields.flatMap(({ message }): [string, string][] =>
    message === undefined ? [] : [[message.typeName, snakeCase(message.name)]],
  ),
  [ChangeBalanceResponseSchema.typeName, 'credit'],
  [UndoCreditResponseSchema.typeName, 'credit'],
]);

/** How a document of this message calls itself; undefined: it does not. */
export function objectNameOf(schema: DescMessage): string | undefined {
  return objectNames.get(schema.typeName);
}

/**
 * A message as a document: names in snake_case, an empty text as null, what is hidden or secret left out. Amounts of USD are
 * decimal text. Numbers that JSON cannot hold exactly are text.
 */
export function writeOutput(schema: DescMessage, message: Message): Document {
  const values = message as unknown as Values;
  const shown = schema.fields.filter(
    (field) => isShown(field) && !(isShownOnce(field) && values[field.localName] === ''),
  );
  const object = objectNameOf(schema);
  return {
    ...(object === undefined ? {} : { object }),
    ...Object.fromEntries(shown.map((field) => [field.name, shownValue(field, values)])),
  };
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

/** At least two decimals, whoever wrote it. */
function usdText(text: string): string {
  return formatUsd(parseUsd(text));
}

function exactNumber(text: string): number | string {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
}

function snakeCase(name: string): string {
  return name.replace(/(?<=.)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}
