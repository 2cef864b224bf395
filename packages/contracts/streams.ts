/** The names of the log's streams: one consistency boundary each. */
export const streams = {
  user: (userId: string): string => `user-${userId}`,
  key: (keyId: string): string => `key-${keyId}`,
  request: (requestId: string): string => `request-${requestId}`,
  price: (priceKey: string): string => `price-${priceKey}`,
  /** The terms of those who led a service; the version is the epoch. */
  term: (service: string): string => `term-${service}`,
};

/** Places in a request's stream. Each is written with the version before it expected, so only one writer can win it. */
export const requestVersion = { admitted: 1, ended: 2, charged: 3 } as const;
