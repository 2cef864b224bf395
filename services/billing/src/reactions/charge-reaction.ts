import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Fault } from '#errors/fault.ts';
import type { ChargeableRequest, OpenRequests } from '../domain/open-request/open-requests.ts';
import { logCharge } from './charge-log.ts';
import { type ChargeDependencies, chargeRequest } from './charge-request.ts';

/** Charges decided or on their way into the log: four of the log's largest batches, so that it never waits for more. */
export const CHARGES_IN_FLIGHT_MAX = 2_048;

/** The log is away: first asked again after this, then after twice as long each time, up to the most. */
const RETRY_FIRST_MS = 50;
const RETRY_MAX_MS = 5_000;

/** What is stuck waits for something rare (an operator, a price): looked at again this often. */
const STUCK_RETRY_MS = 30_000;

export interface ChargeReactionDependencies extends ChargeDependencies {
  readonly open: OpenRequests;
  readonly logger: Logger;
  readonly stuckRetryMs?: number;
}

export interface ChargeStats {
  /** Posted by this process. */
  readonly charges: number;
  readonly chargesInFlight: number;
  /** Usages that cannot be charged: anything but 0 needs a look. */
  readonly chargesStuck: number;
}

/** From usages to charges: many at once, none lost, none waiting for another. */
export interface ChargeReaction {
  /** Returns at once; the charge is decided after the work at hand, so that the answer's last bytes go out first. */
  enqueue(request: ChargeableRequest): void;
  /** Undefined where there is room for more charges; else resolves when there is. */
  room(): Promise<void> | undefined;
  stats(): ChargeStats;
  /** Charges what is enqueued, without trying again where the log is away: the next start finds the rest in the log. */
  close(): Promise<void>;
}

export function createChargeReaction(deps: ChargeReactionDependencies): ChargeReaction {
  const { open, logger } = deps;
  const stuck = new Map<string, ChargeableRequest>();
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  let waiting: ChargeableRequest[] = [];
  let charges = 0;
  let isLogAway = false;
  let roomMade: PromiseWithResolvers<void> | undefined;
  const inFlight = (): number => running.size + waiting.length;

  function enqueue(request: ChargeableRequest): void {
    if (waiting.push(request) === 1) setImmediate(startWaiting);
  }

  function startWaiting(): void {
    const starting = waiting;
    waiting = [];
    for (const request of starting) {
      const run: Promise<void> = charge(request).finally(() => finished(run));
      running.add(run);
    }
  }

  function finished(run: Promise<void>): void {
    running.delete(run);
    if (roomMade === undefined || inFlight() >= CHARGES_IN_FLIGHT_MAX) return;
    roomMade.resolve();
    roomMade = undefined;
  }

  function room(): Promise<void> | undefined {
    if (inFlight() < CHARGES_IN_FLIGHT_MAX) return undefined;
    roomMade ??= Promise.withResolvers();
    return roomMade.promise;
  }

  /** Never rejects. */
  async function charge(request: ChargeableRequest): Promise<void> {
    for (let retryMs = RETRY_FIRST_MS; ; retryMs = Math.min(retryMs * 2, RETRY_MAX_MS)) {
      try {
        return await attempt(request);
      } catch (thrown) {
        if (!(thrown instanceof Fault && thrown.code === 'unavailable')) return park(request, String(thrown));
        if (!isLogAway) logger.warn({ err: thrown }, 'charges wait for the log');
        isLogAway = true;
      }
      const isStopping = await delay(retryMs, false, { signal: stopping.signal }).catch(() => true);
      if (isStopping) return;
    }
  }

  async function attempt(request: ChargeableRequest): Promise<void> {
    const outcome = await chargeRequest(request, deps);
    if (outcome.kind === 'stuck') return park(request, outcome.reason);
    if (isLogAway) logger.info('the log takes charges again');
    isLogAway = false;
    open.forget(request.requestId);
    if (outcome.kind === 'ended' || outcome.isRepeat) return;
    charges += 1;
    logCharge(logger, outcome.charge, request.usage.data);
  }

  function park(request: ChargeableRequest, reason: string): void {
    stuck.set(request.requestId, request);
    logger.error({ requestId: request.requestId, reason }, 'a usage cannot be charged; it will be tried again');
  }

  const stuckTimer = setInterval(() => {
    for (const request of stuck.values()) {
      if (inFlight() >= CHARGES_IN_FLIGHT_MAX) return;
      stuck.delete(request.requestId);
      if (open.has(request.requestId)) enqueue(request);
    }
  }, deps.stuckRetryMs ?? STUCK_RETRY_MS).unref();

  return {
    enqueue,
    room,
    stats: () => ({ charges, chargesInFlight: inFlight(), chargesStuck: stuck.size }),
    async close() {
      clearInterval(stuckTimer);
      stopping.abort();
      startWaiting();
      await Promise.all(running);
    },
  };
}
