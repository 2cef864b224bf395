import { type DescField, ScalarType } from '@bufbuild/protobuf';
import { Format } from '#contracts/gen/gateway/admin/v1/options_pb.js';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { JsonNumber } from './exact-json.ts';
import { fieldOptionsOf } from './field-options.ts';

/** Texts that say a number, which a caller may write as one. */
const numeric: ReadonlySet<Format> = new Set([
  Format.USD,
  Format.MULTIPLIER,
  Format.AMOUNT,
  Format.USD_PER_MILLION,
  Format.PERCENT,
]);

const WHOLE = /^-?\d{1,20}$/;
const UINT32_MAX = 2n ** 32n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

/** The largest number a field can hold at all; what is allowed may be less. */
const largest: Readonly<Partial<Record<ScalarType, bigint>>> = {
  [ScalarType.UINT32]: UINT32_MAX,
  [ScalarType.UINT64]: UINT64_MAX,
};

/** One value of a field, or of a list. Throws a `Fault` for a value of another type. */
export function readScalar(field: DescField, value: unknown, path: string): string | number | bigint | boolean {
  switch (field.scalar) {
    case ScalarType.STRING:
      return readText(field, value, path);
    case ScalarType.BOOL:
      return readBoolean(value, path);
    case ScalarType.UINT32:
      return Number(readWhole(field, field.scalar, value, path));
    case ScalarType.UINT64:
      return readWhole(field, field.scalar, value, path);
    default:
      throw new Error(`${field} has a type that no caller can write`);
  }
}

function readText(field: DescField, value: unknown, path: string): string {
  if (typeof value === 'string') return value.trim();
  const isNumeric = numeric.has(fieldOptionsOf(field).format);
  if (isNumeric && value instanceof JsonNumber) return value.text;
  throw new Fault(invalid(`'${path}' must be ${isNumeric ? 'a number, or a number as text' : 'a text'}.`, path));
}

function readBoolean(value: unknown, path: string): boolean {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw new Fault(invalid(`'${path}' must be true or false.`, path));
}

function readWhole(field: DescField, type: ScalarType, value: unknown, path: string): bigint {
  const text = value instanceof JsonNumber ? value.text : value;
  const { min, max } = fieldOptionsOf(field);
  const number = typeof text === 'string' && WHOLE.test(text) ? BigInt(text) : undefined;
  if (number !== undefined && number >= 0n && number <= (largest[type] ?? 0n)) return number;
  const range = max === undefined ? `from ${min ?? 0}` : `from ${min ?? 0} to ${max}`;
  throw new Fault(invalid(`'${path}' must be a whole number ${range}.`, path));
}
