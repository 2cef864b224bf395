import { chainHash, GENESIS, leafHash } from '#journal/chain.ts';
import type { StoredEvent } from '#journal/stored-event.ts';
import type { ExplainedProof, ProvenEvent } from './explanation.ts';

/** Recomputes the chain from position 1 and keeps the hashes of one stream's events. */
export interface RequestProof {
  apply(event: StoredEvent): void;
  result(): ExplainedProof;
}

/** Whether one event follows from its bytes and from the chain before it. */
export function proveEvent(event: StoredEvent, previousChain: Buffer): ProvenEvent {
  const leaf = leafHash(event);
  const { position, eventId, type, version, recordedAtMs } = event;
  return {
    position,
    eventId,
    type,
    version,
    recordedAtMs,
    leaf: leaf.toString('hex'),
    previousChain: previousChain.toString('hex'),
    storedChain: event.chain.toString('hex'),
    recomputedChain: chainHash(previousChain, leaf).toString('hex'),
  };
}

export function createRequestProof(stream: string): RequestProof {
  const events: ProvenEvent[] = [];
  let chain = GENESIS;
  let recomputedUpTo = 0;
  let firstBreakAt: number | null = null;
  return {
    apply: (event) => {
      const previousChain = chain;
      chain = chainHash(previousChain, leafHash(event));
      recomputedUpTo = event.position;
      if (firstBreakAt === null && !chain.equals(event.chain)) firstBreakAt = event.position;
      if (event.stream !== stream) return;
      events.push(proveEvent(event, previousChain));
    },
    result: () => ({ events, recomputedUpTo, firstBreakAt }),
  };
}
