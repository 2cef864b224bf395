/** Bytes of a header's value, by its type; the other types have their length before them. */
const fixedBytes: Readonly<Record<number, number>> = { 0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16 };

const BYTES = 6;
const TEXT = 7;

/** The headers of a message that are texts, by their names; null: they are not as the framing says. */
export function readMessageHeaders(bytes: Buffer): ReadonlyMap<string, string> | null {
  const headers = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const nameBytes = bytes[at] ?? 0;
    const typeAt = at + 1 + nameBytes;
    const type = bytes[typeAt];
    if (type === undefined) return null;
    const isSized = type === BYTES || type === TEXT;
    if (isSized && typeAt + 3 > bytes.length) return null;
    const valueAt = typeAt + (isSized ? 3 : 1);
    const length = isSized ? bytes.readUInt16BE(typeAt + 1) : fixedBytes[type];
    if (length === undefined || valueAt + length > bytes.length) return null;
    if (type === TEXT)
      headers.set(bytes.toString('utf8', at + 1, typeAt), bytes.toString('utf8', valueAt, valueAt + length));
    at = valueAt + length;
  }
  return headers;
}
