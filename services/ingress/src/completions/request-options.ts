import type { IncomingHttpHeaders } from 'node:http';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { oneOf } from '../http/header-value.ts';

/** The client wants what the answer costs in its usage. */
const USAGE_COST_HEADER = 'x-gateway-usage-cost';

/** What becomes of fields that have no place at a provider; else the gateway's settings say so. */
const UNPLACED_HEADER = 'x-gateway-unplaced-fields';

/** Headers that go on to a provider. Anthropic has a dozen; all headers together have 16 KiB (Node's bound). */
const FORWARDED_MAX = 64;

/** What a request's headers say of how it is to be carried out. */
export interface RequestOptions {
  readonly tellsCost: boolean;
  readonly dropsUnplaced: boolean;
}

/** Throws a `Fault` for a value that is neither. `unplacedFields`: the settings'. */
export function requestOptions(headers: IncomingHttpHeaders, unplacedFields: string): RequestOptions {
  const wantsCost = oneOf(headers, USAGE_COST_HEADER, ['true', 'false']);
  const unplaced = oneOf(headers, UNPLACED_HEADER, ['drop', 'refuse']) ?? unplacedFields;
  return { tellsCost: wantsCost === 'true', dropsUnplaced: unplaced === 'drop' };
}

/** Picks the headers of a request that go on to a provider of the client's format. */
export type ForwardHeaders = (headers: IncomingHttpHeaders) => Readonly<Record<string, string>>;

const noHeaders: Readonly<Record<string, string>> = {};

/** `names`: in lower case; a `*` at the end stands for any characters. Throws a `Fault` for too many. */
export function createForwardHeaders(names: readonly string[]): ForwardHeaders {
  if (names.length === 0) return () => noHeaders;
  const exact = new Set(names.filter((name) => !name.endsWith('*')));
  const prefixes = names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
  const isForwarded = (name: string): boolean => exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
  return (headers) => {
    const forwarded: Record<string, string> = {};
    let count = 0;
    for (const name in headers) {
      if (!isForwarded(name)) continue;
      count += 1;
      if (count > FORWARDED_MAX) throw tooMany(name);
      forwarded[name] = String(headers[name]);
    }
    return forwarded;
  };
}

function tooMany(name: string): Fault {
  const message = `The request has more than ${FORWARDED_MAX} headers for a provider: '${name}' is one too many.`;
  return new Fault(invalid(message, name));
}
