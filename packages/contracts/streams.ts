/** The names of the log's streams: one consistency boundary each. */
export const streams = {
  user: (userId: string): string => `user-${userId}`,
  key: (keyId: string): string => `key-${keyId}`,
  request: (requestId: string): string => `request-${requestId}`,
  /** The copy of a request that a shadow target got. */
  shadow: (requestId: string): string => `shadow-${requestId}`,
  price: (priceKey: string): string => `price-${priceKey}`,
  /** A resource of administration; a price's own stream is that of its versions. */
  resource: (kind: string, id: string): string => (kind === 'price' ? `own-price-${id}` : `${kind}-${id}`),
  /** Something that an administrator did to no resource. */
  action: (actionId: string): string => `action-${actionId}`,
  debit: (debitId: string): string => `debit-${debitId}`,
  limitReached: (limitId: string): string => `limit-reached-${limitId}`,
  alert: (alertId: string): string => `alert-${alertId}`,
  /** The terms of those who led a service; the version is the epoch. */
  term: (service: string): string => `term-${service}`,
};

/** Places in a request's stream. Each is written with the version before it expected, so only one writer can win it. */
export const requestVersion = { admitted: 1, ended: 2, charged: 3 } as const;

/** The same in the stream of a request's copy. */
export const shadowVersion = { recorded: 1, costed: 2 } as const;

/** The request a stream is of; undefined for any other stream. */
export function requestIdOf(stream: string): string | undefined {
  return stream.startsWith(REQUEST_PREFIX) ? stream.slice(REQUEST_PREFIX.length) : undefined;
}

const REQUEST_PREFIX = streams.request('');
