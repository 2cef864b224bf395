import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { EventType } from '#contracts/events.ts';
import { streams } from '#contracts/streams.ts';
import type { DeadLetter, Failure } from '#dead-letters/dead-letter.ts';
import { type DeadLetterSource, deadLettersInMemory } from '#dead-letters/dead-letter-source.ts';
import { failureOf } from '#dead-letters/failure-of.ts';
import { isOutage } from '#dead-letters/is-outage.ts';
import type { Journal } from '#journal/journal.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { type Clock, systemClock } from '#kernel/clock.ts';
import type { ShadowOnRecord } from '../domain/shadow-cost/shadow-on-record.ts';
import type { ChargeCounters } from './charge-log.ts';
import type { ChargeDependencies } from './charge-request.ts';
import { CHARGES_IN_FLIGHT_MAX, createChargesInFlight } from './charges-in-flight.ts';
import { postShadowCost } from './post-shadow-cost.ts';
import { createPriceReader } from './read-prices.ts';
import { createStuckCharges, type StuckCharge, type StuckCharges } from './stuck-charges.ts';

const CONSUMER = 'billing.shadow_costs';
/** The pauses while the log is away: the first one, then twice as long each time, up to the longest. */
const RETRY_FIRST_MS = 50;
const RETRY_MAX_MS = 5_000;
/** The first pause before a copy that cannot be costed is tried again: it waits for a price, or for a person. */
const STUCK_RETRY_MS = 30_000;

const TYPES: ReadonlySet<EventType> = new Set(['ShadowRecorded', 'ShadowCostPosted']);

export interface ShadowCostDependencies extends Omit<ChargeDependencies, 'readPrices' | 'journal'> {
  readonly journal: Pick<Journal, 'append' | 'readStream' | 'subscribe'>;
  readonly logger: Logger;
  readonly counters?: ChargeCounters | undefined;
  readonly clock?: Clock | undefined;
  readonly stuckRetryMs?: number | undefined;
  /** The copies without a cost as a projection has them, and where it stands. */
  readonly snapshot: { readonly afterPosition: number; readonly open: readonly ShadowOnRecord[] };
  /** Nothing is posted before the log is folded up to here: a later event has most likely posted an earlier cost. */
  readonly from: number;
}

/** Posts what copies of requests cost the house: beside the charges, on a way of its own, so that no charge waits for one. */
export interface ShadowCosts {
  readonly deadLetters: DeadLetterSource;
  stats(): { readonly shadowCostsStuck: number };
  /** Ends the posts under way. The next start finds the rest in the log. */
  close(): Promise<void>;
}

/** The work of this process, and its collaborators. */
interface Costing {
  readonly deps: ShadowCostDependencies;
  readonly charge: ChargeDependencies;
  readonly clock: Clock;
  readonly open: Map<string, ShadowOnRecord>;
  readonly stuck: StuckCharges<ShadowOnRecord>;
  readonly stopping: AbortController;
}

export function createShadowCosts(deps: ShadowCostDependencies): ShadowCosts {
  const { journal, snapshot, from, clock = systemClock, stuckRetryMs = STUCK_RETRY_MS } = deps;
  const open = new Map(snapshot.open.map((shadow) => [shadow.requestId, shadow]));
  const stuck = createStuckCharges<ShadowOnRecord>(stuckRetryMs);
  const charge = { ...deps, readPrices: createPriceReader(deps) };
  const costing: Costing = { deps, charge, clock, open, stuck, stopping: new AbortController() };
  const inFlight = createChargesInFlight<ShadowOnRecord>((shadow) => post(costing, shadow));
  let isLive = false;

  const subscription = journal.subscribe({
    name: CONSUMER,
    afterPosition: snapshot.afterPosition,
    types: TYPES,
    onEvents(events) {
      for (const event of events) {
        const recorded = fold(costing, event);
        if (recorded !== undefined && isLive) inFlight.enqueue(recorded);
      }
      return isLive ? inFlight.room() : undefined;
    },
  });
  void subscription.reached(from).then(async () => {
    isLive = true;
    for (const shadow of [...open.values()]) {
      await inFlight.room();
      if (costing.stopping.signal.aborted) return;
      inFlight.enqueue(shadow);
    }
  });
  const stuckTimer = setInterval(() => {
    for (const shadow of stuck.due(clock())) {
      if (inFlight.size() >= CHARGES_IN_FLIGHT_MAX) return;
      inFlight.enqueue(shadow);
    }
  }, stuckRetryMs).unref();

  async function tryNow({ stream }: DeadLetter): Promise<void> {
    const found = [...stuck.all()].find(({ request }) => streams.shadow(request.requestId) === stream);
    if (found === undefined) return;
    const { request } = found;
    await inFlight.runOf(request.requestId);
    if (open.has(request.requestId)) inFlight.start(request);
    await inFlight.runOf(request.requestId);
  }

  return {
    deadLetters: deadLettersInMemory({
      consumer: CONSUMER,
      letters: () => Array.from(stuck.all(), letterOf).sort((a, b) => a.position - b.position),
      current: ({ eventId }) => Array.from(stuck.all(), letterOf).find((letter) => letter.eventId === eventId),
      tryNow,
    }),
    stats: () => ({ shadowCostsStuck: stuck.size() }),
    async close() {
      clearInterval(stuckTimer);
      costing.stopping.abort();
      await Promise.all([subscription.close(), inFlight.drain()]);
    },
  };
}

/** Returns a copy that is new on record. The same events may come again after a fault. */
function fold({ open, stuck }: Costing, event: RecordedEvent): ShadowOnRecord | undefined {
  if (event.type === 'ShadowCostPosted') {
    open.delete(event.data.requestId);
    stuck.delete(event.data.requestId);
  }
  if (event.type !== 'ShadowRecorded' || open.has(event.data.requestId)) return undefined;
  const { position, eventId, recordedAtMs, data } = event;
  const recorded = { requestId: data.requestId, position, eventId, recordedAtMs, data };
  open.set(data.requestId, recorded);
  return recorded;
}

/** Tries until the log has the cost, or the process stops. Never rejects. */
async function post(costing: Costing, shadow: ShadowOnRecord): Promise<void> {
  const { deps, open, stuck, clock, stopping } = costing;
  const { requestId, position } = shadow;
  for (let retryMs = RETRY_FIRST_MS; ; retryMs = Math.min(retryMs * 2, RETRY_MAX_MS)) {
    try {
      const failure = await attempt(costing, shadow);
      if (failure === undefined) {
        open.delete(requestId);
        stuck.delete(requestId);
        return;
      }
      if (stuck.find(requestId)?.failure.message !== failure.message) {
        const reason = failure.message;
        deps.logger.error({ requestId, reason }, 'the cost of a copy cannot be posted; it will be tried again');
      }
      stuck.add({ request: shadow, position, failure, lastTriedAtMs: clock() });
      return;
    } catch (thrown) {
      if (retryMs === RETRY_FIRST_MS)
        deps.logger.warn({ err: thrown, requestId }, 'the cost of a copy waits for the log');
    }
    const isStopping = await delay(retryMs, false, { signal: stopping.signal }).catch(() => true);
    if (isStopping) return;
  }
}

/** The reason why the cost cannot be posted; undefined if it is. Rejects while the log is away. */
async function attempt({ deps, charge }: Costing, shadow: ShadowOnRecord): Promise<Failure | undefined> {
  try {
    const outcome = await postShadowCost(shadow, charge);
    if (outcome.kind === 'stuck') return outcome.failure;
    if (outcome.kind === 'posted' && !outcome.isRepeat) {
      const { provider, amountNanoUsd } = outcome.posted.cost;
      deps.counters?.house?.inc({ provider, kind: 'shadow' }, Number(amountNanoUsd));
    }
    return undefined;
  } catch (thrown) {
    if (isOutage(thrown)) throw thrown;
    return failureOf(thrown);
  }
}

function letterOf({ request, failure, tries, lastTriedAtMs }: StuckCharge<ShadowOnRecord>): DeadLetter {
  const { requestId, position, eventId, recordedAtMs } = request;
  return {
    consumer: CONSUMER,
    position,
    eventId,
    eventType: 'ShadowRecorded',
    stream: streams.shadow(requestId),
    failure,
    tries,
    firstTriedAtMs: recordedAtMs,
    lastTriedAtMs,
  };
}
