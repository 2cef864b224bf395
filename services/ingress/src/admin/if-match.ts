import type { IncomingHttpHeaders } from 'node:http';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';

const VERSION = /^(?:W\/)?"?(\d{1,19})"?$/;

/** The version that `If-Match` asks for; 0: nothing is there yet; undefined: any. Throws a `Fault` for what is no ETag of this API. */
export function ifMatchIn(headers: IncomingHttpHeaders): bigint | undefined {
  const header = headers['if-match']?.trim();
  if (header === undefined || header === '*') return undefined;
  const [, version] = VERSION.exec(header) ?? [];
  if (version !== undefined) return BigInt(version);
  throw new Fault(invalid(`'If-Match' must be the ETag of an answer, such as "7", or *.`, 'If-Match'));
}

/** Throws a `Fault` for a request with `If-Match` to what takes none. */
export function refuseIfMatch(headers: IncomingHttpHeaders): void {
  if (headers['if-match'] === undefined) return;
  throw new Fault(invalid("'If-Match' is not taken here: only PATCH, PUT and DELETE of a resource are.", 'If-Match'));
}

/** A resource's version as an ETag. */
export function etagOf(version: bigint): string {
  return `"${version}"`;
}
