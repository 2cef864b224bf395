import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { streams } from '#contracts/streams.ts';
import type { Failure } from '#dead-letters/dead-letter.ts';
import { failureOf } from '#dead-letters/failure-of.ts';
import { isOutage } from '#dead-letters/is-outage.ts';
import { Fault } from '#errors/fault.ts';
import { type Clock, systemClock } from '#kernel/clock.ts';
import type { ChargeableRequest, OpenRequests } from '../domain/open-request/open-requests.ts';
import { type ChargeCounters, countCharge, logCharge } from './charge-log.ts';
import { type ChargeDependencies, chargeRequest } from './charge-request.ts';
import { CHARGES_IN_FLIGHT_MAX, createChargesInFlight } from './charges-in-flight.ts';
import { createPriceReader } from './read-prices.ts';
import { createStuckCharges, type StuckCharges } from './stuck-charges.ts';

/** The pauses while the log is away: the first one, then twice as long each time, up to the longest. */
const RETRY_FIRST_MS = 50;
const RETRY_MAX_MS = 5_000;

/**
 * The pauses for stuck usages, which wait for something rare (an operator, a price): the first one, then up to ten
 * times as long. A round takes no more than fit in flight, so a hundred thousand stuck usages cost no more than two
 * thousand.
 */
const STUCK_RETRY_MS = 30_000;

/** How long a requested try waits for the log. A charge itself waits without end. */
const RETRY_WAIT_MAX_MS = 10_000;

export interface ChargeReactionDependencies extends Omit<ChargeDependencies, 'readPrices'> {
  readonly open: OpenRequests;
  readonly logger: Logger;
  /** Absent: what is charged is not counted. */
  readonly counters?: ChargeCounters | undefined;
  readonly clock?: Clock | undefined;
  readonly stuckRetryMs?: number | undefined;
}

export interface ChargeStats {
  /** The number of charges that this process posted. */
  readonly charges: number;
  readonly chargesInFlight: number;
  /** The number of usages that cannot be charged. Anything but 0 needs a look. */
  readonly chargesStuck: number;
}

/** Turns usages into charges: many at once, none lost, none waiting for another. */
export interface ChargeReaction {
  /** Returns at once. The charge is decided after the current work, so that the answer's last bytes go out first. */
  enqueue(request: ChargeableRequest): void;
  /** Undefined if there is room for more charges; otherwise a promise that resolves when there is. */
  room(): Promise<void> | undefined;
  /** The log has the request's end, whichever process wrote it. */
  ended(requestId: string): void;
  /**
   * Tries a stuck usage now. Resolves to the reason why it is still stuck, or to undefined if it is not. If many ask at
   * once for the same usage, one charge runs. Rejects with a `Fault` (`unavailable`) if the log is away.
   */
  retry(requestId: string, signal: AbortSignal): Promise<Failure | undefined>;
  /** The usages that cannot be charged now. */
  readonly stuck: Pick<StuckCharges, 'all' | 'find'>;
  stats(): ChargeStats;
  /** Charges the queued usages, without trying again if the log is away. The next start finds the rest in the log. */
  close(): Promise<void>;
}

/** The charges of this process, and their collaborators. */
interface Charging {
  readonly deps: ChargeReactionDependencies;
  readonly charge: ChargeDependencies;
  readonly clock: Clock;
  readonly stuck: StuckCharges;
  /** Aborted when the process ends. Nothing is tried again after that. */
  readonly stopping: AbortController;
  charges: number;
  isLogAway: boolean;
}

export function createChargeReaction(deps: ChargeReactionDependencies): ChargeReaction {
  const { clock = systemClock, stuckRetryMs = STUCK_RETRY_MS } = deps;
  const stuck = createStuckCharges(stuckRetryMs);
  const charging: Charging = {
    deps,
    charge: { ...deps, readPrices: createPriceReader(deps) },
    clock,
    stuck,
    stopping: new AbortController(),
    charges: 0,
    isLogAway: false,
  };
  const inFlight = createChargesInFlight<ChargeableRequest>((request) => charge(charging, request));
  const stuckTimer = setInterval(() => {
    for (const request of stuck.due(clock())) {
      if (inFlight.size() >= CHARGES_IN_FLIGHT_MAX) return;
      inFlight.enqueue(request);
    }
  }, stuckRetryMs).unref();

  return {
    enqueue: inFlight.enqueue,
    room: inFlight.room,
    ended(requestId) {
      const found = stuck.find(requestId);
      if (found !== undefined) forget(charging, found.request);
    },
    async retry(requestId, signal) {
      // The running charge may have looked before the cause was mended.
      await over(inFlight.runOf(requestId), signal);
      const request = deps.open.findChargeable(requestId);
      if (request === undefined) return undefined;
      inFlight.start(request);
      await over(inFlight.runOf(requestId), signal);
      return stuck.find(requestId)?.failure;
    },
    stuck,
    stats: () => ({ charges: charging.charges, chargesInFlight: inFlight.size(), chargesStuck: stuck.size() }),
    async close() {
      clearInterval(stuckTimer);
      charging.stopping.abort();
      await inFlight.drain();
    },
  };
}

/** Tries until the log has the outcome, or the process stops. Never rejects. */
async function charge(charging: Charging, request: ChargeableRequest): Promise<void> {
  const { deps, stopping } = charging;
  for (let retryMs = RETRY_FIRST_MS; ; retryMs = Math.min(retryMs * 2, RETRY_MAX_MS)) {
    try {
      const failure = await attempt(charging, request);
      if (failure === undefined) forget(charging, request);
      else park(charging, request, failure, await positionOf(charging, request));
      return;
    } catch (thrown) {
      if (!charging.isLogAway) deps.logger.warn({ err: thrown }, 'charges wait for the log');
      charging.isLogAway = true;
    }
    const isStopping = await delay(retryMs, false, { signal: stopping.signal }).catch(() => true);
    if (isStopping) return;
  }
}

/** The reason why the usage cannot be charged; undefined if it can. Rejects while the log is away. */
async function attempt(charging: Charging, request: ChargeableRequest): Promise<Failure | undefined> {
  const { logger, counters } = charging.deps;
  try {
    const outcome = await chargeRequest(request, charging.charge);
    if (charging.isLogAway) logger.info('the log takes charges again');
    charging.isLogAway = false;
    if (outcome.kind === 'stuck') return outcome.failure;
    if (outcome.kind === 'ended' || outcome.isRepeat) return undefined;
    charging.charges += 1;
    logCharge(logger, outcome.charge);
    countCharge(counters, outcome.charge);
    return undefined;
  } catch (thrown) {
    if (isOutage(thrown)) throw thrown;
    return failureOf(thrown);
  }
}

/** The usage's position; undefined if it cannot be found. Rejects while the log is away. */
async function positionOf(
  { deps, stuck }: Charging,
  { requestId, usage }: ChargeableRequest,
): Promise<number | undefined> {
  const known = usage.position ?? stuck.find(requestId)?.position;
  if (known !== undefined) return known;
  try {
    const events = await deps.journal.readStream(streams.request(requestId));
    return events.find((event) => event.eventId === usage.eventId)?.position;
  } catch (thrown) {
    if (isOutage(thrown)) throw thrown;
    return undefined;
  }
}

/** The request has its end in the log. */
function forget({ deps, stuck }: Charging, { requestId }: ChargeableRequest): void {
  deps.open.forget(requestId);
  stuck.delete(requestId);
}

function park(
  { deps, stuck, clock }: Charging,
  request: ChargeableRequest,
  failure: Failure,
  position: number | undefined,
): void {
  const { requestId } = request;
  // Not logged with every try: a hundred thousand stuck usages would fill the logs.
  if (stuck.find(requestId)?.failure.message !== failure.message) {
    deps.logger.error({ requestId, reason: failure.message }, 'a usage cannot be charged; it will be tried again');
  }
  stuck.add({ request, position, failure, lastTriedAtMs: clock() });
}

/**
 * Resolves with the run. Rejects at the signal, or if the run takes too long, which happens only while the log is away.
 */
async function over(run: Promise<void> | undefined, signal: AbortSignal): Promise<void> {
  if (run === undefined) return;
  const { promise, reject } = Promise.withResolvers<void>();
  const message = 'The log does not take charges now. What is stuck is tried again by itself when it does.';
  const giveUp = (): void => reject(new Fault({ code: 'unavailable', message }));
  const timer = setTimeout(giveUp, signal.aborted ? 0 : RETRY_WAIT_MAX_MS);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await Promise.race([run, promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}
