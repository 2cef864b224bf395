import { plainPlan } from '#contracts/routing.ts';
import type { Refusal } from '#errors/error-table.ts';
import { RETRIES_MAX } from '../config.ts';
import type { AttemptFailure } from '../domain/attempt/attempt-failure.ts';
import { RETRY_INTERVAL_MS } from '../domain/attempt/backoff.ts';
import { failureTold } from '../domain/attempt/failure-told.ts';
import { type NextAttempt, nextAttempt, type Tried } from '../domain/attempt/next-attempt.ts';
import type { Choice } from '../fleet/deployment.ts';
import type { Run, RunParts } from './run.ts';
import { sealedThoughtsOf } from './sealed-thoughts.ts';
import type { Trial, Why } from './trial.ts';
import { noProvider, tryChoice } from './try-choice.ts';

/** The choices of one request, and what came of those that were tried. */
export interface Trials {
  choice(way: number): Choice;
  /** `underWay`: a way whose call is under way. */
  next(underWay?: number): NextAttempt;
  /** Takes a repetition out of its provider's budget; false: there is none left, and it is not offered again. */
  mayRepeat(way: number): boolean;
  /** Calls a way. null: it cannot be called, or `signal` aborted. */
  begin(way: number, why: Why): Promise<Trial | null>;
  noteFailed(way: number, failure: AttemptFailure): void;
  /** What the client is told if nothing has answered. */
  told(): AttemptFailure | Refusal;
  /** Why a way is called now. */
  reasonOf(way: number, isRepeat: boolean): string;
}

export function openTrials(parts: RunParts, run: Run): Trials {
  const { candidates, plan = plainPlan, requestId } = run.request;
  const thoughts = sealedThoughtsOf(run.request);
  const choices = parts.fleet.choose(candidates, plan, requestId, thoughts.isMaker);
  const ways = choices.map(({ deployment }) => deployment);
  const tried: Tried[] = [];
  const failures: AttemptFailure[] = [];
  const exhausted = new Set<string>();
  let refusal = noProvider;

  function choice(way: number): Choice {
    const found = choices[way];
    if (found === undefined) throw new Error(`there is no way ${way} of ${choices.length}`);
    return found;
  }

  const given = {
    attemptsMax: run.attemptsMax,
    deadlineMs: run.deadlineMs,
    exhausted,
    isKeptAway: (way: number) => parts.fleet.isKeptAway(choice(way).deployment),
    repeating(way: number) {
      const { retriesMax = RETRIES_MAX, retryIntervalMs = RETRY_INTERVAL_MS } =
        choice(way).deployment.open?.config ?? {};
      return { retriesMax, intervalMs: retryIntervalMs };
    },
  };

  return {
    choice,
    next(underWay) {
      const nowMs = parts.clock();
      const all = underWay === undefined ? tried : [...tried, { way: underWay, failed: null, atMs: nowMs }];
      return nextAttempt(ways, all, { ...given, attempts: run.attempts.length, nowMs, jitter: Math.random() });
    },
    mayRepeat(way) {
      const { provider } = choice(way).deployment;
      const may = parts.budgets.takeRepeat(provider);
      if (!may) exhausted.add(provider);
      return may;
    },
    async begin(way, why) {
      const chosen = choice(way);
      const begun = await tryChoice(parts, run, thoughts.askedAt(chosen.deployment), chosen, why);
      if (begun.kind === 'begun') return begun.trial;
      if (why.signal.aborted) return null;
      refusal = begun.refusal;
      tried.push({ way, failed: null, atMs: parts.clock() });
      return null;
    },
    noteFailed(way, failure) {
      failures.push(failure);
      tried.push({ way, failed: failure, atMs: parts.clock() });
    },
    told: () => failureTold(failures) ?? refusal,
    reasonOf(way, isRepeat) {
      const last = tried.findLast(({ failed }) => failed !== null);
      if (last === undefined) return choice(way).reason;
      const { provider, account } = choice(last.way).deployment;
      const after = `after ${last.failed?.failure} at ${account === '' ? provider : `${provider}/${account}`}`;
      return isRepeat ? `again ${after}` : after;
    },
  };
}
