import { isDeepStrictEqual } from 'node:util';
import type { DescField, DescMessage, Message } from '@bufbuild/protobuf';
import { fieldOptionsOf, isWritten } from '#admin-api/field-options.ts';
import { Format } from '#contracts/gen/gateway/admin/v1/options_pb.js';
import { multiplierText, parseMultiplier } from '#money/multiplier.ts';
import { formatUsd, parseUsd } from '#money/nano-usd.ts';

/** A field that has one value in the gateway and another in a file. Values are those of JSON; null: nothing is said. */
export interface FieldChange {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

type Values = Readonly<Record<string, unknown>>;

/** How two messages differ in some of their fields. Amounts, times and tags are the same however they are written. */
export function fieldChanges(
  schema: DescMessage,
  before: Message | undefined,
  after: Message,
  fields: readonly string[],
): readonly FieldChange[] {
  return schema.fields
    .filter(({ name }) => fields.includes(name))
    .map((field) => ({
      field: field.name,
      before: before === undefined ? null : fieldValue(field, before as unknown as Values),
      after: fieldValue(field, after as unknown as Values),
    }))
    .filter((change) => !isDeepStrictEqual(change.before, change.after));
}

function fieldValue(field: DescField, values: Values): unknown {
  const value = values[field.localName];
  switch (field.fieldKind) {
    case 'message':
      return value === undefined ? null : messageValue(field.message, value as Values);
    case 'list': {
      const items = (value as readonly unknown[]).map((item) =>
        field.listKind === 'message' ? messageValue(field.message, item as Values) : scalarValue(field, item, values),
      );
      // The order of models and targets is the order in which they are tried; that of tags means nothing.
      return fieldOptionsOf(field).format === Format.TAG ? items.sort() : items;
    }
    case 'map':
      return Object.fromEntries(Object.entries(value as Values).sort(([one], [other]) => (one < other ? -1 : 1)));
    default:
      return scalarValue(field, value, values);
  }
}

/** What is said in a message: what is not said has no part in a comparison with what the gateway has filled in. */
function messageValue(schema: DescMessage, values: Values): unknown {
  const said = schema.fields.filter(isWritten).map((field) => [field.name, fieldValue(field, values)]);
  return Object.fromEntries(said.filter(([, value]) => value !== null));
}

function scalarValue(field: DescField, value: unknown, beside: Values): unknown {
  if (value === '') return null;
  // Plans and comparisons are JSON, which has no bigint.
  if (typeof value === 'bigint') return String(value);
  return typeof value === 'string' ? sameText(value, fieldOptionsOf(field).format, beside) : value;
}

/** One of the texts that mean the same. What does not fit its format stands as it is. */
function sameText(text: string, format: Format, beside: Values): string {
  try {
    switch (format) {
      case Format.USD:
        return formatUsd(parseUsd(text));
      case Format.AMOUNT:
        return beside['unit'] === 'cost' ? formatUsd(parseUsd(text)) : String(BigInt(text));
      case Format.USD_PER_MILLION:
        return shortDecimal(text);
      case Format.MULTIPLIER:
        return multiplierText(parseMultiplier(text) ?? 0);
      case Format.TIME:
        return new Date(text).toISOString();
      case Format.EMAIL:
        return text.toLowerCase();
      default:
        return text;
    }
  } catch {
    return text;
  }
}

/** "0.150" as "0.15", "2.0" as "2". */
function shortDecimal(text: string): string {
  const [whole = '', fraction = ''] = text.split('.');
  const digits = fraction.replace(/0+$/, '');
  return `${whole.replace(/^0+(?=\d)/, '')}${digits === '' ? '' : `.${digits}`}`;
}
