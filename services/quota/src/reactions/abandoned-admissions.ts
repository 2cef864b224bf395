import type { EventBodies } from '#contracts/events.ts';
import { requestEventId } from '#contracts/request-event-id.ts';
import { streams } from '#contracts/streams.ts';
import { Fault } from '#errors/fault.ts';
import type { Journal, NewEvent } from '#journal/journal.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Logger } from '#telemetry/logger.ts';
import { createPendingAdmissions, type PendingAdmissions } from '../live/pending-admissions.ts';

/** Withdrawals under way at a time: what a failure of the log leaves behind may be thousands. */
const WITHDRAW_BATCH = 256;

/**
 * Admissions whose append failed. The log may come to hold them, now or, by a server of the bus that was frozen, much
 * later: their money stays set aside until the log has taken a withdrawal in their place, or turns out to hold them. Their
 * callers were told no, so that nobody runs one that it holds: an orphan. But where the log's writer was to tell somebody
 * of it, that request may run, on a hold that ends as any other.
 */
export interface AbandonedAdmissions {
  /** The append of this admission failed, and nothing is known of its fate. Returns false where it is pending no more. */
  abandon(requestId: string, mayRun: boolean): boolean;
  /** What is set aside for those whose fate is not known: a part of what is pending. */
  readonly unresolved: Pick<PendingAdmissions, 'nanoUsdOf' | 'requestsOf'>;
  /** Such an admission's event was folded after all. True where nobody runs it; false for any other's. */
  isOrphan(requestId: string): boolean;
  /** Withdraws them, and gives back the money of those the log does not hold. */
  settle(): Promise<void>;
}

export function createAbandonedAdmissions(dependencies: {
  readonly journal: Pick<Journal, 'append'>;
  readonly pending: PendingAdmissions;
  readonly clock: Clock;
  readonly logger: Logger;
}): AbandonedAdmissions {
  const { journal, pending, clock, logger } = dependencies;
  /** Oldest first. */
  const abandoned = new Map<string, { readonly atMs: number; readonly mayRun: boolean }>();
  const unresolved = createPendingAdmissions();

  function resolve(requestId: string): boolean {
    unresolved.remove(requestId);
    return abandoned.delete(requestId);
  }

  /** Rejects where the log cannot be written. */
  async function withdraw(requestId: string, failedAtMs: number): Promise<void> {
    const userId = pending.find(requestId)?.userId;
    // Folded meanwhile, and found abandoned by the fold.
    if (userId === undefined) return;
    const result = await journal
      .append({
        stream: streams.request(requestId),
        expectedVersion: 0,
        events: withdrawalOf({ requestId, userId, failedAtMs: String(failedAtMs) }),
        correlationId: requestId,
        causationId: '',
      })
      .catch((thrown: unknown) => {
        // Withdrawn by a leader before.
        if (thrown instanceof Fault && thrown.code === 'conflict') return { kind: 'appended' } as const;
        throw thrown;
      });
    // What the log does hold is taken over by the fold, which finds it abandoned.
    if (result.kind === 'appended' && resolve(requestId)) pending.remove(requestId);
  }

  return {
    abandon(requestId, mayRun) {
      const admission = pending.find(requestId);
      if (admission === undefined) return false;
      unresolved.add(admission);
      abandoned.set(requestId, { atMs: clock(), mayRun });
      return true;
    },
    unresolved,
    isOrphan(requestId) {
      const mayRun = abandoned.get(requestId)?.mayRun;
      resolve(requestId);
      return mayRun === false;
    },
    async settle() {
      const all = [...abandoned];
      for (let from = 0; from < all.length; from += WITHDRAW_BATCH) {
        const batch = all.slice(from, from + WITHDRAW_BATCH);
        const results = await Promise.allSettled(batch.map(([requestId, { atMs }]) => withdraw(requestId, atMs)));
        const failed = results.find((result) => result.status === 'rejected');
        if (failed === undefined) continue;
        logger.warn({ err: failed.reason }, 'admissions whose append failed could not be withdrawn; it is tried again');
        return;
      }
    },
  };
}

/** In the place of the admission, and in that of the usage of a request that was begun before it was certain. */
function withdrawalOf(of: Omit<EventBodies['AdmissionWithdrawn'], 'inPlaceOf'>): NewEvent<'AdmissionWithdrawn'>[] {
  return [
    {
      eventId: requestEventId(of.requestId, 'admission-withdrawn'),
      type: 'AdmissionWithdrawn',
      data: { ...of, inPlaceOf: 'RequestAdmitted' },
    },
    {
      eventId: requestEventId(of.requestId, 'usage-withdrawn'),
      type: 'AdmissionWithdrawn',
      data: { ...of, inPlaceOf: 'UsageRecorded' },
    },
  ];
}
