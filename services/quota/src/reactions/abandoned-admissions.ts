import { streams } from '#contracts/streams.ts';
import type { Journal } from '#journal/journal.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Logger } from '#telemetry/logger.ts';
import { createPendingAdmissions, type PendingAdmissions } from '../live/pending-admissions.ts';

/**
 * Admissions whose append failed. Their callers were told no and call no provider, but the log may hold them, now or in
 * a moment: until it is known to or known not to, their money stays set aside.
 */
export interface AbandonedAdmissions {
  /** The append of this admission failed, and nothing is known of its fate. Returns false where it is pending no more. */
  abandon(requestId: string): boolean;
  /** What is set aside for those whose fate is not known: a part of what is pending. */
  readonly unresolved: Pick<PendingAdmissions, 'nanoUsdOf' | 'requestsOf'>;
  /** Such an admission's event was folded after all: nobody runs it. Returns false for any other's. */
  wasAbandoned(requestId: string): boolean;
  /** Asks the log for those that have waited long enough, and gives back the money of those it does not hold. */
  settle(): Promise<void>;
}

export function createAbandonedAdmissions(dependencies: {
  readonly journal: Pick<Journal, 'readStream'>;
  readonly pending: PendingAdmissions;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly unresolvedForMs: number;
}): AbandonedAdmissions {
  const { journal, pending, clock, logger, unresolvedForMs } = dependencies;
  /** Since when, oldest first. */
  const abandonedAtMs = new Map<string, number>();
  const unresolved = createPendingAdmissions();

  function resolve(requestId: string): boolean {
    unresolved.remove(requestId);
    return abandonedAtMs.delete(requestId);
  }

  return {
    abandon(requestId) {
      const admission = pending.find(requestId);
      if (admission === undefined) return false;
      unresolved.add(admission);
      abandonedAtMs.set(requestId, clock());
      return true;
    },
    unresolved,
    wasAbandoned: resolve,
    async settle() {
      for (const [requestId, atMs] of abandonedAtMs) {
        if (clock() - atMs < unresolvedForMs) return;
        try {
          const events = await journal.readStream(streams.request(requestId));
          // What the log does hold is taken over by the fold, which finds it abandoned.
          if (events.length > 0 || !resolve(requestId)) continue;
          pending.remove(requestId);
        } catch (error) {
          logger.warn({ err: error, requestId }, 'the log could not be asked for an admission whose append failed');
          return;
        }
      }
    },
  };
}
