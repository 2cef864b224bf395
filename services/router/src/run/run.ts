import type { Logger } from 'pino';
import type { CompleteRequest } from '#contracts/router.ts';
import type { Journal } from '#journal/journal.ts';
import type { Clock } from '#kernel/clock.ts';
import type { CutByGateway } from '#kernel/cut-by-gateway.ts';
import { ATTEMPTS_MAX, type RouterLimits } from '../config.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { FrameChannel } from '../frame-channel.ts';
import type { HouseLosses } from '../house-losses.ts';
import type { KnownPrices } from '../known-prices.ts';
import type { LateRecords } from '../late-records.ts';
import type { ProviderPool } from '../provider-pool.ts';
import type { CallUnderWay } from './call-under-way.ts';
import type { RetryBudgets } from './retry-budgets.ts';
import type { ShadowStart } from './shadow-start.ts';
import type { AttemptBody, UsageBody } from './usage-body.ts';

/** The parts that all requests of a router share. */
export interface RunParts {
  readonly providers: Pick<ProviderPool, 'get'>;
  readonly fleet: Fleet;
  readonly journal: Journal;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly limits: RouterLimits;
  readonly late: LateRecords;
  readonly losses: HouseLosses;
  readonly prices: KnownPrices;
  readonly budgets: RetryBudgets;
  readonly shadows: ShadowStart;
}

/** One request under way. */
export interface Run {
  readonly request: CompleteRequest;
  readonly channel: Pick<FrameChannel, 'push' | 'room' | 'stopWaiting'>;
  readonly startedAtMs: number;
  /** No attempt or pause begins from then on, and the run is stopped. */
  readonly deadlineMs: number;
  /** Its time is the client's own choice, and shorter than the gateway's: who ends a request at will pays as one who leaves. */
  readonly isTimeClients: boolean;
  /** The most calls for it. */
  readonly attemptsMax: number;
  /** In the order in which they began. */
  readonly attempts: AttemptBody[];
  /** The usage that providers bill for attempts that gave the client nothing. */
  readonly houseLosses: UsageBody['houseLosses'][number][];
  /** 0 until the first byte of the answer has come. */
  firstByteMs: number;
  /** To be aborted when the run's time is over. */
  readonly calls: Set<CallUnderWay>;
  /** Aborts when nobody waits any longer for a call that has not begun: the client is gone, or the run is stopped. */
  readonly waits: AbortController;
  /** Calls that were given up for another one, until what they cost is known. */
  readonly outrun: Promise<unknown>[];
  /** The client has left. The router may still listen to the provider. */
  isGone: boolean;
  /** Of a client that is gone: it did not leave by itself; null: it did. */
  cutBy: CutByGateway;
  /** The client has left, and policy has the provider called off at once. */
  isCalledOff: boolean;
  /**
   * Why the run stops waiting: the client is gone and the router has listened to the provider for as long as the bound
   * allows, the request has taken too long as a whole, or longer than its client itself gave it, or the router is closing.
   */
  stopped: 'drained' | 'timeout' | 'own-timeout' | 'closing' | null;
}

/** A run that has done nothing yet. `most`: what holds where its plan says nothing; `attemptsMax` 0: the gateway's. */
export function beginRun(
  request: CompleteRequest,
  channel: Run['channel'],
  startedAtMs: number,
  most: { readonly requestTimeoutMs: number; readonly attemptsMax: number },
): Run {
  const { timeoutMs = 0, attemptsMax = 0, isTimeoutClients = false } = request.plan ?? {};
  const mostMs = most.requestTimeoutMs + (request.extraTimeMs ?? 0);
  return {
    request,
    channel,
    startedAtMs,
    deadlineMs: startedAtMs + Math.min(timeoutMs || mostMs, mostMs),
    isTimeClients: isTimeoutClients && timeoutMs < mostMs,
    attemptsMax: attemptsMax || most.attemptsMax || ATTEMPTS_MAX,
    attempts: [],
    houseLosses: [],
    firstByteMs: 0,
    calls: new Set(),
    waits: new AbortController(),
    outrun: [],
    isGone: false,
    cutBy: null,
    isCalledOff: false,
    stopped: null,
  };
}

/**
 * Ends the run's waits, for the provider and for a client that does not read. The first reason stays. An answer that is
 * complete by then is still given whole.
 */
export function stopRun(run: Run, reason: NonNullable<Run['stopped']>): void {
  run.stopped ??= reason;
  run.waits.abort();
  for (const { call } of run.calls) call.abort();
  run.channel.stopWaiting();
}
