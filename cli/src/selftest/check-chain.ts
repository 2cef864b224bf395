import { chainHash, leafHash } from '#journal/chain.ts';
import type { StoredEvent } from '#journal/stored-event.ts';

/**
 * What is wrong with a part of the log: its positions follow each other, and each event hashes to its stored chain hash from
 * that of the event before it. The first event is taken as it is. undefined: nothing is wrong.
 */
export function chainProblem(events: readonly StoredEvent[]): string | undefined {
  const [first] = events;
  if (first === undefined) return 'the log gave no events';
  let { chain, position } = first;
  for (const event of events.slice(1)) {
    position += 1;
    if (event.position !== position) return `position ${position} is missing: ${event.position} follows`;
    chain = chainHash(chain, leafHash(event));
    if (!chain.equals(event.chain)) return `the event at position ${position} does not hash to its chain hash`;
  }
  return undefined;
}
