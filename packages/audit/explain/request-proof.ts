import { chainHash, GENESIS, leafHash } from '#journal/chain.ts';
import type { StoredEvent } from '#journal/stored-event.ts';
import type { ExplainedProof, ProvenEvent } from './explanation.ts';

/** Recomputes the chain from position 1 and keeps the hashes of one stream's events. */
export interface RequestProof {
  apply(event: StoredEvent): void;
  result(): ExplainedProof;
}

export function createRequestProof(stream: string): RequestProof {
  const events: ProvenEvent[] = [];
  let chain = GENESIS;
  let recomputedUpTo = 0;
  let firstBreakAt: number | null = null;
  return {
    apply: (event) => {
      const leaf = leafHash(event);
      const previousChain = chain;
      chain = chainHash(previousChain, leaf);
      recomputedUpTo = event.position;
      if (firstBreakAt === null && !chain.equals(event.chain)) firstBreakAt = event.position;
      if (event.stream !== stream) return;
      const { position, eventId, type, version, recordedAtMs } = event;
      events.push({
        position,
        eventId,
        type,
        version,
        recordedAtMs,
        leaf: leaf.toString('hex'),
        previousChain: previousChain.toString('hex'),
        storedChain: event.chain.toString('hex'),
        recomputedChain: chain.toString('hex'),
      });
    },
    result: () => ({ events, recomputedUpTo, firstBreakAt }),
  };
}
