import { derivedId } from '#kernel/ids.ts';

/** The events a request and its copy can have, each at most once. Earlier versions wrote others with 5 and 6. */
const kindDigits = {
  'request-admitted': '1',
  'usage-recorded': '2',
  'hold-expired': '3',
  'charge-posted': '4',
  'shadow-recorded': '7',
  'shadow-cost-posted': '8',
} as const;

export type RequestEventKind = keyof typeof kindDigits;

const REQUEST_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/**
 * The id of a request's event of a kind: the same for the same request, so an append that is repeated after a crash is
 * recognised. It is the request's own UUIDv7 as a UUIDv8 (RFC 9562, whose content is the maker's), with the kind in the
 * last digit. Keeping the request's time in front keeps the log's index of event ids growing at its end; hashed ids hit
 * a page at random for each event, and took three hashes a request. Two requests can only clash if they were made in the
 * same millisecond with the same 68 other bits.
 */
export function requestEventId(requestId: string, kind: RequestEventKind): string {
  if (!REQUEST_ID.test(requestId)) return derivedId(requestId, kind);
  return `${requestId.slice(0, 14)}8${requestId.slice(15, 35)}${kindDigits[kind]}`;
}
