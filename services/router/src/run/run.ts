import type { Logger } from 'pino';
import type { CompleteRequest } from '#contracts/router.ts';
import type { Journal } from '#journal/journal.ts';
import type { Clock } from '#kernel/clock.ts';
import type { RouterLimits } from '../config.ts';
import type { CallWatch } from '../fleet/call-outcome.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { FrameChannel } from '../frame-channel.ts';
import type { HouseLosses } from '../house-losses.ts';
import type { KnownPrices } from '../known-prices.ts';
import type { LateRecords } from '../late-records.ts';
import type { ProviderCall } from '../ports.ts';
import type { ProviderPool } from '../provider-pool.ts';
import type { ShadowRuns } from './shadow-runs.ts';
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
  readonly shadows: Pick<ShadowRuns, 'begin'>;
}

/** One request under way. */
export interface Run {
  readonly request: CompleteRequest;
  readonly channel: Pick<FrameChannel, 'push' | 'room' | 'stopWaiting'>;
  readonly startedAtMs: number;
  readonly attempts: AttemptBody[];
  /** The usage that providers bill for attempts that gave the client nothing. */
  readonly houseLosses: UsageBody['houseLosses'][number][];
  /** 0 until the first byte of the answer has come. */
  firstByteMs: number;
  /** The call under way, to be aborted when its time is over. */
  call: ProviderCall | null;
  /** What the deployment of that call is told. */
  watch: CallWatch | null;
  /** The client has left. The router may still listen to the provider. */
  isGone: boolean;
  /** The client has left, and policy has the provider called off at once. */
  isCalledOff: boolean;
  /**
   * Why the run stops waiting: the client is gone and the router has listened to the provider for as long as the bound
   * allows, the request has taken too long as a whole, or the router is closing.
   */
  stopped: 'drained' | 'timeout' | 'closing' | null;
}

/** A run that has done nothing yet. */
export function beginRun(request: CompleteRequest, channel: Run['channel'], startedAtMs: number): Run {
  return {
    request,
    channel,
    startedAtMs,
    attempts: [],
    houseLosses: [],
    firstByteMs: 0,
    call: null,
    watch: null,
    isGone: false,
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
  run.call?.abort();
  run.channel.stopWaiting();
}
