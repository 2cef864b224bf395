import type { Registry } from '#registry/registry.ts';
import type { AccountEvent } from '../domain/account/events.ts';
import type { Hold } from '../domain/account/hold.ts';
import { outputTokensOf } from '../domain/limit/reservation.ts';
import { debitPendingId } from './debit-pending-id.ts';
import type { DecisionSources } from './decision-state.ts';
import { createHoldDeadlines, type HoldDeadlines } from './hold-deadlines.ts';
import { createLimitIndex } from './limit-index.ts';
import type { LiveBooks } from './live-books.ts';
import { createMeteredHolds, type MeteredHolds } from './metered-holds.ts';
import { createOrphans, type Orphans } from './orphans.ts';
import { createOutcomes, type Outcomes } from './outcomes.ts';
import { createPendingAdmissions } from './pending-admissions.ts';
import { createUsualAnswers } from './usual-answers.ts';
import { createWindows } from './windows.ts';

/** What a leader keeps in memory beside the books. */
export interface LeaderMemory {
  readonly sources: DecisionSources;
  readonly deadlines: HoldDeadlines;
  readonly metered: MeteredHolds;
  readonly outcomes: Outcomes;
  readonly orphans: Orphans;
  /** The books have taken an event. */
  take(event: AccountEvent, before: Hold | undefined, after: Hold | undefined): void;
}

export function createLeaderMemory(
  live: LiveBooks,
  registry: Pick<Registry, 'get' | 'settings' | 'all' | 'watch'>,
  configured: DecisionSources['configured'] & { readonly chargeWaitMs: number },
): LeaderMemory {
  const pending = createPendingAdmissions();
  const usualAnswers = createUsualAnswers();
  const limits = createLimitIndex(registry);
  const sources = { live, registry, limits, pending, usualAnswers, windows: createWindows(), configured };
  const deadlines = createHoldDeadlines();
  const metered = createMeteredHolds(configured.chargeWaitMs);
  const outcomes = createOutcomes();
  const orphans = createOrphans({
    holdOf: (requestId) => live.holds.get(requestId),
    isPending: (requestId) => pending.find(requestId) !== undefined,
  });

  function holdChanged(before: Hold | undefined, after: Hold | undefined): void {
    metered.changed(before, after);
    if (before?.state === 'open') deadlines.remove(before.requestId, before.expiresAtMs);
    if (before !== undefined && after === undefined) outcomes.tell();
    if (after?.state !== 'open') return;
    pending.remove(after.requestId);
    deadlines.add(after.requestId, after.expiresAtMs);
    orphans.placed(after.requestId);
  }

  for (const hold of live.holds.values()) {
    metered.changed(undefined, hold);
    if (hold.state === 'open') deadlines.add(hold.requestId, hold.expiresAtMs);
  }
  return {
    sources,
    deadlines,
    metered,
    outcomes,
    orphans,
    take(event, before, after) {
      if (before !== after) holdChanged(before, after);
      if (event.type === 'BalanceDebited') pending.remove(debitPendingId(event.data.debitId));
      // A credit frees those who wait, too.
      if (event.type === 'BalanceCredited') outcomes.tell();
      if (event.type !== 'ChargePosted' || event.data.lines.length === 0) return;
      const { keyId, userId, priceKey } = event.data;
      usualAnswers.note(keyId || userId, priceKey, outputTokensOf(event.data));
    },
  };
}
