import { streams } from '#contracts/streams.ts';
import { Fault } from '#errors/fault.ts';
import type { Journal, NewEvent } from '#journal/journal.ts';
import type { Clock } from '#kernel/clock.ts';
import { derivedId } from '#kernel/ids.ts';
import type { Logger } from '#telemetry/logger.ts';
import type { Hold } from '../domain/account/hold.ts';
import type { Counter } from '../domain/limit/counter.ts';
import { amountAt, type Limit } from '../domain/limit/limit.ts';
import type { Reservation } from '../domain/limit/reservation.ts';

/** Windows of limits that are known to have been told of: forgotten, one is told again under the same id, which changes nothing. */
const TOLD_MAX = 10_000;

/** Appends may find a stream longer than it was: of two leaders at a takeover, say. */
const TRIES = 3;

/** Tells the log, once a window, that a soft limit was passed. */
export interface LimitReached {
  /**
   * A hold is over, and the counters of its reservations are now these, by limit. Never throws; what fails is told with the next
   * request of that limit that ends.
   */
  onOutcome(hold: Pick<Hold, 'requestId' | 'reservations'>, ended: ReadonlyMap<string, Counter>): void;
}

export function createLimitReached(parts: {
  readonly journal: Pick<Journal, 'append'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limitOf: (limitId: string) => Limit | undefined;
}): LimitReached {
  const { journal, clock, logger, limitOf } = parts;
  const told = new Set<string>();
  const versions = new Map<string, number>();

  function isPassed({ generation, used }: Counter, limitId: string, nowMs: number): boolean {
    const limit = limitOf(limitId);
    return limit !== undefined && limit.generation === generation && used > amountAt(limit, nowMs);
  }

  async function tell(reservation: Reservation, event: NewEvent<'LimitReached'>): Promise<void> {
    const { limitId } = reservation;
    const stream = streams.limitReached(limitId);
    for (let tries = 0; tries < TRIES; tries += 1) {
      const expectedVersion = versions.get(limitId) ?? 0;
      const result = await journal.append({
        stream,
        expectedVersion,
        events: [event],
        correlationId: event.data.requestId,
        causationId: '',
      });
      versions.set(limitId, result.kind === 'appended' ? expectedVersion + 1 : result.actualVersion);
      if (result.kind === 'appended') return;
    }
    throw new Error(`the stream ${stream} grows with every try`);
  }

  return {
    onOutcome({ requestId, reservations }, ended) {
      for (const reservation of reservations) {
        if (reservation.kind !== 'soft') continue;
        const { limitId, generation, startMs, unit } = reservation;
        const eventId = derivedId(`${limitId}/${generation}/${startMs}`, 'limit-reached');
        if (told.has(eventId)) continue;
        const nowMs = clock();
        const counter = ended.get(limitId);
        if (counter === undefined || !isPassed(counter, limitId, nowMs)) continue;
        if (told.size >= TOLD_MAX) told.clear();
        told.add(eventId);
        const amount = String(amountAt(limitOf(limitId) ?? { amount: 0n, raise: undefined }, nowMs));
        const data = {
          limitId,
          generation,
          windowStartMs: String(startMs),
          unit,
          amount,
          used: String(counter.used),
          requestId,
          reachedAtMs: String(nowMs),
        };
        tell(reservation, { eventId, type: 'LimitReached', data }).catch((thrown: unknown) => {
          // Told before, by an earlier leader and in other words.
          if (thrown instanceof Fault && thrown.code === 'conflict') return;
          told.delete(eventId);
          logger.warn({ err: thrown, limitId }, 'that a limit was reached could not be written');
        });
      }
    },
  };
}
