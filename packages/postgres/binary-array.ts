/**
 * Array parameters in PostgreSQL's binary format. `pg` sends a Buffer as a binary parameter as it is, so a batch of a
 * thousand rows is one allocation and one copy a column, and the server parses no text.
 *
 * Use them with a cast that names the element type: `select * from unnest($1::bigint[], $2::text[])`.
 */

const INT8_OID = 20;
const INT4_OID = 23;
const INT2_OID = 21;
const TEXT_OID = 25;
const BYTEA_OID = 17;
const UUID_OID = 2950;

/** Dimensions, null flag and element type: the whole of an empty array. */
const EMPTY_HEADER_BYTES = 12;
/** The above, and the length and lower bound of the one dimension. */
const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const UUID_BYTES = 16;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A `bigint[]`. Throws a RangeError if a number is no safe integer, or a bigint has more than 64 bits. */
export function bigintArray(values: readonly (bigint | number)[]): Buffer {
  const buffer = allocate(INT8_OID, values.length, values.length * 8);
  let offset = HEADER_BYTES;
  for (const value of values) {
    offset = buffer.writeInt32BE(8, offset);
    offset = buffer.writeBigInt64BE(typeof value === 'bigint' ? value : safeBigInt(value), offset);
  }
  return buffer;
}

/** An `integer[]`. Throws a RangeError if a value is no 32-bit integer. */
export function int4Array(values: readonly number[]): Buffer {
  const buffer = allocate(INT4_OID, values.length, values.length * 4);
  let offset = HEADER_BYTES;
  for (const value of values) {
    offset = buffer.writeInt32BE(4, offset);
    offset = buffer.writeInt32BE(integer(value), offset);
  }
  return buffer;
}

/** A `smallint[]`. Throws a RangeError if a value is no 16-bit integer. */
export function int2Array(values: readonly number[]): Buffer {
  const buffer = allocate(INT2_OID, values.length, values.length * 2);
  let offset = HEADER_BYTES;
  for (const value of values) {
    offset = buffer.writeInt32BE(2, offset);
    offset = buffer.writeInt16BE(integer(value), offset);
  }
  return buffer;
}

/** A `text[]` in UTF-8. Throws a RangeError for a NUL character, which PostgreSQL cannot store in a text. */
export function textArray(values: readonly string[]): Buffer {
  let bodyBytes = 0;
  for (const value of values) bodyBytes += Buffer.byteLength(value);
  const buffer = allocate(TEXT_OID, values.length, bodyBytes);
  let offset = HEADER_BYTES;
  for (const [index, value] of values.entries()) {
    if (value.includes('\0')) throw new RangeError(`text ${index} of the array holds a NUL character`);
    const written = buffer.write(value, offset + LENGTH_BYTES);
    buffer.writeInt32BE(written, offset);
    offset += LENGTH_BYTES + written;
  }
  return buffer;
}

/** A `bytea[]`. */
export function byteaArray(values: readonly Uint8Array[]): Buffer {
  let bodyBytes = 0;
  for (const value of values) bodyBytes += value.length;
  const buffer = allocate(BYTEA_OID, values.length, bodyBytes);
  let offset = HEADER_BYTES;
  for (const value of values) {
    offset = buffer.writeInt32BE(value.length, offset);
    buffer.set(value, offset);
    offset += value.length;
  }
  return buffer;
}

/** A `uuid[]` of UUIDs in their usual text form. Throws a RangeError for anything else. */
export function uuidArray(values: readonly string[]): Buffer {
  const buffer = allocate(UUID_OID, values.length, values.length * UUID_BYTES);
  let offset = HEADER_BYTES;
  for (const [index, value] of values.entries()) {
    if (!UUID.test(value)) throw new RangeError(`uuid ${index} of the array is not a UUID: ${JSON.stringify(value)}`);
    offset = buffer.writeInt32BE(UUID_BYTES, offset);
    offset += buffer.write(value.replaceAll('-', ''), offset, 'hex');
  }
  return buffer;
}

/** A buffer of the array's exact size, with the header written. */
function allocate(elementOid: number, count: number, bodyBytes: number): Buffer {
  const isEmpty = count === 0;
  const buffer = Buffer.allocUnsafe(isEmpty ? EMPTY_HEADER_BYTES : HEADER_BYTES + count * LENGTH_BYTES + bodyBytes);
  buffer.writeInt32BE(isEmpty ? 0 : 1, 0); // dimensions
  buffer.writeInt32BE(0, 4); // no nulls
  buffer.writeInt32BE(elementOid, 8);
  if (isEmpty) return buffer;
  buffer.writeInt32BE(count, 12);
  buffer.writeInt32BE(1, 16); // lower bound
  return buffer;
}

function safeBigInt(value: number): bigint {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no safe integer: pass a bigint`);
  return BigInt(value);
}

function integer(value: number): number {
  if (!Number.isInteger(value)) throw new RangeError(`${value} is no integer`);
  return value;
}
