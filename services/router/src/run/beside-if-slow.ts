import { plainPlan } from '#contracts/routing.ts';
import { stoppedBy } from './attempt.ts';
import { noteAttempt } from './note-attempt.ts';
import type { Run, RunParts } from './run.ts';
import type { Trial, TrialResult } from './trial.ts';
import type { Trials } from './trials.ts';

/** A trial that is over. */
interface Over {
  readonly trial: Trial;
  readonly way: number;
  readonly result: TrialResult;
}

/**
 * Hears a call to its answer. Where the plan says so, and no model has begun to answer in time, a second call is made beside
 * it (hedging): to the next choice of the same stage, once for a request. The first of the two that gives an answer is taken. The
 * other one is called off, and what it used is the house's. Gives those that are over, an answer last.
 */
export async function besideIfSlow(
  parts: RunParts,
  run: Run,
  trials: Trials,
  way: number,
  first: Trial,
): Promise<readonly Over[]> {
  const { hedgeAfterMs } = run.request.plan ?? plainPlan;
  const one = over(first, way);
  const mayHedge = hedgeAfterMs > 0 && !run.attempts.some(({ isHedge }) => isHedge);
  const second =
    mayHedge && (await isSlow(first, hedgeAfterMs)) ? await beginBeside(parts, run, trials, way, first) : null;
  if (second === null) return [await one];
  const two = over(second.trial, second.way);
  const quicker = await Promise.race([one, two]);
  const isFirst = quicker.trial === first;
  if (quicker.result.kind !== 'answered') return [quicker, await (isFirst ? two : one)];
  const slower = isFirst ? second.trial : first;
  // The answer of the other one is good all the same.
  const calledOff = callOff(parts, run, slower).catch((thrown: unknown) => {
    const { requestId } = run.request;
    parts.logger.error({ requestId, err: thrown }, 'what a call has cost that was given up could not be noted');
  });
  run.outrun.push(calledOff);
  return [quicker];
}

function over(trial: Trial, way: number): Promise<Over> {
  const isOver = trial.result.then((result) => ({ trial, way, result }));
  // Where the other one fails in the gateway itself, nobody waits for this one.
  isOver.catch(() => undefined);
  return isOver;
}

/** Whether no model has begun to answer within the time. */
async function isSlow(trial: Trial, hedgeAfterMs: number): Promise<boolean> {
  const late = Promise.withResolvers<true>();
  const timer = setTimeout(() => late.resolve(true), hedgeAfterMs);
  const isLate = await Promise.race([trial.result.then(() => false), late.promise]).finally(() => clearTimeout(timer));
  return isLate && trial.underWay.firstByteMs === 0;
}

/** The second call; null: there is nowhere to make it, or the first has ended before it could begin. */
async function beginBeside(
  parts: RunParts,
  run: Run,
  trials: Trials,
  way: number,
  first: Trial,
): Promise<{ readonly trial: Trial; readonly way: number } | null> {
  const { stage, provider } = first.choice.deployment;
  const firstOver = new AbortController();
  const end = (): void => firstOver.abort();
  first.result.then(end, end);
  const signal = AbortSignal.any([run.waits.signal, firstOver.signal]);
  while (!signal.aborted && !run.isGone) {
    const next = trials.next(way);
    if (next.kind === 'give-up' || next.isRepeat) return null;
    const { deployment } = trials.choice(next.way);
    // Another model is for a failure, and one that is kept away from answers no sooner.
    if (deployment.stage !== stage || parts.fleet.isKeptAway(deployment)) return null;
    const reason = `hedge: no byte from ${provider} yet`;
    const trial = await trials.begin(next.way, { reason, isRepeat: false, beside: first, signal });
    if (trial !== null) return { trial, way: next.way };
  }
  return null;
}

/** Ends a call for which another one has answered, and puts what it used on record. */
async function callOff(parts: RunParts, run: Run, trial: Trial): Promise<void> {
  trial.isOutrun = true;
  trial.underWay.isOutrun = true;
  trial.underWay.call.abort();
  const result = await trial.result;
  // Both have answered in the same moment.
  if (result.kind !== 'answered') return;
  const { underWay, decoder, spoken } = result.reply;
  noteAttempt(parts, run, underWay, await stoppedBy(run, underWay, decoder, spoken));
}
