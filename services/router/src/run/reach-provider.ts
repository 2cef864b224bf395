import { setTimeout as pause } from 'node:timers/promises';
import type { PricedCandidate } from '#contracts/quota.ts';
import type { Refusal } from '#errors/error-table.ts';
import type { AttemptFailure } from '../domain/attempt/attempt-failure.ts';
import { besideIfSlow } from './beside-if-slow.ts';
import type { Ending } from './record-usage.ts';
import type { Run, RunParts } from './run.ts';
import type { Reply, Trial, TrialResult } from './trial.ts';
import { openTrials, type Trials } from './trials.ts';

/** The outcome of all attempts for a request. */
export type Reached =
  | { readonly kind: 'answered'; readonly candidate: PricedCandidate; readonly result: Reply }
  | { readonly kind: 'failed'; readonly failure: AttemptFailure | Refusal }
  /**
   * The client is gone, or the run was stopped. `charged`: what the client pays all the same, and which candidate was
   * at work in which attempt.
   */
  | { readonly kind: 'ended'; readonly charged: Charged | null };

type Charged = Omit<Ending, 'outcome' | 'withheld'> & { readonly attempt: number };

/** Tries the choices until one answers, as `nextAttempt` decides. Adds every attempt to the run. */
export async function reachProvider(parts: RunParts, run: Run): Promise<Reached> {
  const trials = openTrials(parts, run);
  for (;;) {
    const next = trials.next();
    if (next.kind === 'give-up') return { kind: 'failed', failure: trials.told() };
    const { way, isRepeat, delayMs } = next;
    if (isRepeat && !trials.mayRepeat(way)) continue;
    if (delayMs > 0) await pauseUnlessOver(run, delayMs);
    if (isOver(run)) return { kind: 'ended', charged: null };
    const reason = trials.reasonOf(way, isRepeat);
    const first = await trials.begin(way, { reason, isRepeat, beside: null, signal: run.waits.signal });
    const reached = first === null ? null : await outcomeOf(parts, run, trials, way, first);
    if (reached !== null) return reached;
    if (isOver(run)) return { kind: 'ended', charged: null };
  }
}

/** Nobody waits for an answer any longer. */
function isOver({ isGone, stopped }: Run): boolean {
  return isGone || stopped !== null;
}

/** What came of a call and, if there is one, of another beside it; null: they have failed. */
async function outcomeOf(
  parts: RunParts,
  run: Run,
  trials: Trials,
  way: number,
  first: Trial,
): Promise<Reached | null> {
  const over = await besideIfSlow(parts, run, trials, way, first);
  const stopped: (Charged | null)[] = [];
  for (const { result, trial, way: tried } of over) {
    if (result.kind === 'answered') {
      return { kind: 'answered', candidate: trial.choice.deployment.candidate, result: result.reply };
    }
    if (result.kind === 'failed') trials.noteFailed(tried, result.failure);
    else stopped.push(chargedOf(trial, result));
  }
  return stopped.length === 0 ? null : { kind: 'ended', charged: stopped.find((charged) => charged !== null) ?? null };
}

function chargedOf(
  { choice, underWay }: Trial,
  { payer, used, spoken }: Extract<TrialResult, { kind: 'stopped' }>,
): Charged | null {
  if (payer !== 'client' || used === null) return null;
  return { candidate: choice.deployment.candidate, attempt: underWay.attempt, spoken, ...used };
}

async function pauseUnlessOver({ waits }: Run, delayMs: number): Promise<void> {
  await pause(delayMs, undefined, { signal: waits.signal }).catch(() => undefined);
}
