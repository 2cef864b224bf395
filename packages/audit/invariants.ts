import type { Invariant } from './invariant.ts';
import { balancedEntries } from './invariants/balanced-entries.ts';
import { booksAgree } from './invariants/books-agree.ts';
import { chargeWithinHold } from './invariants/charge-within-hold.ts';
import { chargesRecompute } from './invariants/charges-recompute.ts';
import { epochsNeverFall } from './invariants/epochs-never-fall.ts';
import { fundsNeverNegative } from './invariants/funds-never-negative.ts';
import { gaplessPositions } from './invariants/gapless-positions.ts';
import { type Anchor, hashChain } from './invariants/hash-chain.ts';
import { holdsEnd } from './invariants/holds-end.ts';
import { houseCostsRecompute } from './invariants/house-costs-recompute.ts';
import { knownShapes } from './invariants/known-shapes.ts';
import { noSecrets } from './invariants/no-secrets.ts';
import { oneEndPerHold } from './invariants/one-end-per-hold.ts';
import { streamVersions } from './invariants/stream-versions.ts';
import { uniqueEventIds } from './invariants/unique-event-ids.ts';

/** All rules that a log alone can prove or refute, in the order of a report. */
export function logInvariants(anchors: readonly Anchor[]): readonly Invariant[] {
  return [
    gaplessPositions(),
    hashChain(anchors),
    uniqueEventIds,
    streamVersions,
    balancedEntries,
    fundsNeverNegative,
    booksAgree,
    oneEndPerHold,
    chargeWithinHold,
    holdsEnd,
    chargesRecompute,
    epochsNeverFall,
    noSecrets,
    knownShapes,
    houseCostsRecompute,
  ];
}

/**
 * The rules that a range of the log can prove or refute without what is before it: its chain, its positions, the shape of each event,
 * that each entry sums to zero and that no key stands in it. The others need the log from its first event.
 */
export function rangeInvariants(after: { readonly position: number; readonly chain: Buffer }): readonly Invariant[] {
  return [
    gaplessPositions(after.position),
    hashChain([], after.chain),
    balancedEntries,
    epochsNeverFall,
    noSecrets,
    knownShapes,
  ];
}
