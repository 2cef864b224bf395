import type { Socket } from 'node:net';

/** A connection whose caller has not authenticated. */
export interface Stranger {
  /** Both ends of the connection. No other open connection has the same. */
  readonly ends: string;
  readonly socket: Socket;
  /** An address, or a network that counts as one client. */
  readonly client: string;
  readonly deadlineMs: number;
}

/** Strangers in the order of their arrival. */
export interface Strangers {
  readonly size: () => number;
  add(stranger: Stranger): void;
  remove(ends: string): void;
  find(ends: string): Stranger | undefined;
  countOf(client: string): number;
  /** The oldest stranger of one client, or of all. */
  oldest(client?: string): Stranger | undefined;
  all(): Iterable<Stranger>;
}

export function createStrangers(): Strangers {
  const byEnds = new Map<string, Stranger>();
  const byClient = new Map<string, Map<string, Stranger>>();

  return {
    size: () => byEnds.size,
    add(stranger) {
      const { ends, client } = stranger;
      byEnds.set(ends, stranger);
      byClient.set(client, (byClient.get(client) ?? new Map<string, Stranger>()).set(ends, stranger));
    },
    remove(ends) {
      const client = byEnds.get(ends)?.client;
      if (client === undefined) return;
      byEnds.delete(ends);
      const siblings = byClient.get(client);
      siblings?.delete(ends);
      if (siblings?.size === 0) byClient.delete(client);
    },
    find: (ends) => byEnds.get(ends),
    countOf: (client) => byClient.get(client)?.size ?? 0,
    oldest(client) {
      const [first] = (client === undefined ? byEnds : byClient.get(client))?.values() ?? [];
      return first;
    },
    all: () => byEnds.values(),
  };
}
