import type { Logger } from 'pino';
import type { Clock } from '#kernel/clock.ts';
import type { Opening } from '../domain/breaker/breaker.ts';
import { cooled, warmed } from '../domain/breaker/cool-down.ts';
import type { CallOutcome } from './call-outcome.ts';
import { type Circuit, createCircuit } from './circuit.ts';
import { failureLessons, itWorks, type Lessons, modelForbidden, ownAddressLost } from './failure-lessons.ts';
import {
  type BreakerScope,
  createKnownWays,
  type KnownDeployment,
  type KnownProvider,
  type Way,
} from './known-ways.ts';

/** Counts openings of breakers: `gateway_breaker_openings_total`. */
export interface OpeningCounter {
  inc(labels: { readonly provider: string; readonly scope: BreakerScope }, openings?: number): void;
}

/** The breakers of all providers, accounts and deployments. */
export interface Breakers {
  /** `nowMs`: where it was read already. */
  isKeptAway(way: Way, nowMs?: number): boolean;
  /** A call begins. Gives what is to be called at its end, once. */
  begin(way: Way): (outcome: CallOutcome, hasOwnAddress: boolean) => void;
  /** A probe begins, by the list of an account's models. Gives what is to be called at its end. */
  beginProbe(at: Pick<Way, 'provider' | 'account'>): (outcome: CallOutcome) => void;
  noteProbe(provider: string): void;
  known(provider: string): KnownProvider | undefined;
  forget(provider: string): void;
}

export function createBreakers(options: {
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  readonly openings: OpeningCounter | undefined;
}): Breakers {
  const { clock, logger, openings } = options;

  const circuitOf = (scope: BreakerScope, at: Partial<Way> & { readonly provider: string }): Circuit =>
    createCircuit((opening: Opening, restMs) => {
      openings?.inc({ provider: at.provider, scope });
      logger.warn({ ...at, scope, ...opening, restMs }, 'a circuit breaker opened: other ways are tried first');
    });

  const ways = createKnownWays(circuitOf);

  return {
    isKeptAway: (way, nowMs = clock()) => ways.isKeptAway(way, nowMs),
    begin(way) {
      const startedAtMs = clock();
      const deployment = ways.deployment(way);
      deployment.inFlight += 1;
      const endAtProvider = ways.provider(way.provider).circuit.begin(startedAtMs);
      const endAtAccount = ways.account(way.provider, way.account).circuit.begin(startedAtMs);
      const endAtDeployment = deployment.circuit.begin(startedAtMs);
      return (outcome, hasOwnAddress) => {
        const nowMs = clock();
        const lessons = lessonsOf(outcome, hasOwnAddress);
        const failure = failureOf(outcome);
        deployment.inFlight -= 1;
        endAtProvider(lessons.provider, failure, nowMs);
        endAtAccount(lessons.account, failure, nowMs);
        endAtDeployment(lessons.deployment, failure, nowMs);
        coolOrWarm(deployment, outcome, lessons, startedAtMs, nowMs);
      };
    },
    beginProbe({ provider, account }) {
      const startedAtMs = clock();
      const endAtProvider = ways.provider(provider).circuit.begin(startedAtMs);
      const endAtAccount = ways.account(provider, account).circuit.begin(startedAtMs);
      return (outcome) => {
        const nowMs = clock();
        const lessons = lessonsOf(outcome, false);
        const failure = failureOf(outcome);
        // No model was asked for: what would speak against one speaks against the provider.
        endAtProvider(lessons.deployment === 'failed' ? 'failed' : lessons.provider, failure, nowMs);
        endAtAccount(lessons.account, failure, nowMs);
      };
    },
    noteProbe(provider) {
      ways.provider(provider).probedAtMs = clock();
    },
    known: (provider) => ways.known(provider),
    forget: (provider) => ways.forget(provider),
  };
}

const FORBIDDEN = 403;

const nothing: Lessons = { provider: 'nothing', account: 'nothing', deployment: 'nothing', coolsDown: 'never' };
const outrun: Lessons = { ...nothing, deployment: 'outrun' };

/** For people. */
function failureOf(outcome: CallOutcome): string {
  if (outcome.kind === 'outrun') return 'no byte when another call had answered';
  return outcome.kind === 'failed' ? outcome.failure : '';
}

function lessonsOf(outcome: CallOutcome, hasOwnAddress: boolean): Lessons {
  if (outcome.kind === 'abandoned') return nothing;
  if (outcome.kind === 'outrun') return outrun;
  if (outcome.kind !== 'failed') return itWorks;
  if (outcome.failure === 'connection' && hasOwnAddress) return ownAddressLost;
  if (outcome.failure === 'key' && outcome.status === FORBIDDEN) return modelForbidden;
  return failureLessons[outcome.failure];
}

function coolOrWarm(
  deployment: KnownDeployment,
  outcome: CallOutcome,
  { coolsDown }: Lessons,
  startedAtMs: number,
  nowMs: number,
): void {
  if (outcome.kind === 'succeeded') deployment.coolDown = warmed(deployment.coolDown, startedAtMs);
  if (outcome.kind !== 'failed') return;
  const { retryAfterMs } = outcome;
  if (coolsDown === 'always' || (coolsDown === 'if-told' && retryAfterMs !== undefined)) {
    deployment.coolDown = cooled(deployment.coolDown, { nowMs, startedAtMs, retryAfterMs });
  }
}
