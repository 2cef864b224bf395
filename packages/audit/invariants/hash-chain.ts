import { chainHash, GENESIS, leafHash } from '#journal/chain.ts';
import { type Invariant, violationAt } from '../invariant.ts';

/** The chain hash at a position, as somebody noted it down outside the gateway. */
export interface Anchor {
  readonly position: number;
  readonly chain: Buffer;
}

/**
 * Recomputes the chain from the bytes. After a break it continues from the stored hash, so that each changed place
 * shows once. A log rewritten as a whole has a sound chain of its own: only anchors show that.
 *
 * @param before The chain before the first event that is read; of a whole log its genesis.
 */
export function hashChain(anchors: readonly Anchor[], before: Buffer = GENESIS): Invariant {
  return {
    id: 'I2',
    title: 'every event hashes to its stored chain hash, to the head',
    start: (tally) => {
      const anchored = new Map(anchors.map((anchor) => [anchor.position, anchor.chain]));
      let previous = before;
      let last = { position: 0, stream: '' };
      return {
        onStored: (event) => {
          tally.count();
          const computed = chainHash(previous, leafHash(event));
          if (!computed.equals(event.chain)) tally.violate(violationAt(event, hex(computed), hex(event.chain)));
          const noted = anchored.get(event.position);
          if (noted !== undefined && !noted.equals(event.chain)) {
            tally.violate(violationAt(event, `the anchor ${hex(noted)}`, hex(event.chain)));
          }
          anchored.delete(event.position);
          previous = event.chain;
          last = event;
        },
        onEnd: ({ head }) => {
          if (head !== undefined && !head.chain.equals(previous)) {
            tally.violate(violationAt(last, `the head's ${hex(head.chain)}`, hex(previous)));
          }
          for (const position of anchored.keys()) {
            tally.violate(violationAt(last, `an event at the anchor's position ${position}`, 'none'));
          }
        },
      };
    },
  };
}

function hex(hash: Buffer): string {
  return hash.toString('hex');
}
