import { GENESIS } from '#journal/chain.ts';
import type { StoredEvent } from '#journal/stored-event.ts';
import type { StoredLog } from '#journal/stored-log.ts';

/** A log built by hand, as those read it who make proofs from it. */
export function storedLogOf(events: readonly StoredEvent[]): StoredLog {
  const last = events.at(-1);
  return {
    readStored: async (after, limit) => events.filter(({ position }) => position > after).slice(0, limit),
    readStoredStream: async (stream) => events.filter((event) => event.stream === stream),
    storedHead: async () => ({
      position: last?.position ?? 0,
      epoch: last?.epoch ?? 0,
      chain: last?.chain ?? GENESIS,
    }),
  };
}
