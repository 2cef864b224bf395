import { createHash } from 'node:crypto';
import { spliceFields } from '#ai/json/splice-fields.ts';
import { asObject, parseObject } from '#kernel/json.ts';

/** Codex writes what it says of itself in another order each time it repeats a request (seen of 0.171). */
const UNORDERED = 'client_metadata';

/** The same for a request and its repetition, and for no other request: a digest of the body, but for the order of `client_metadata`. */
export function requestDigest(body: Buffer): string {
  return createHash('sha256').update(inOrder(body)).digest('base64url');
}

function inOrder(body: Buffer): Buffer {
  if (!body.includes(UNORDERED)) return body;
  const parsed = parseObject(body.toString());
  const unordered = asObject(parsed?.[UNORDERED]);
  if (parsed === null || unordered === null) return body;
  const entries = Object.entries(unordered).sort(([one], [other]) => (one < other ? -1 : 1));
  const rest = spliceFields(body, parsed, new Map([[UNORDERED, { kind: 'remove' }]]));
  return Buffer.concat([rest, Buffer.from(JSON.stringify(entries))]);
}
