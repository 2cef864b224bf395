import type { FormatName } from '#ai/format.ts';
import { plainPlan } from '#contracts/routing.ts';
import type { AttemptFailure } from '../domain/attempt/attempt-failure.ts';
import { smallerBound } from '../domain/attempt/smaller-bound.ts';
import type { CallWatch } from '../fleet/call-outcome.ts';
import type { Choice, Deployment } from '../fleet/deployment.ts';
import type { AskedForm } from './asked-form.ts';
import { type AttemptResult, attempt } from './attempt.ts';
import type { CallUnderWay } from './call-under-way.ts';
import { noteAttempt } from './note-attempt.ts';
import { type PreparedCall, prepareCall } from './prepare-call.ts';
import type { Run, RunParts } from './run.ts';
import { startCall } from './start-call.ts';

/** An answer, and what became of the request on the way to it. */
export type Reply = Extract<AttemptResult, { kind: 'answered' }> & {
  /** The client's fields that were left out. */
  readonly dropped: readonly string[];
  /** The format that the provider was spoken to in. */
  readonly spoken: FormatName;
};

/** What came of a choice. */
export type TrialResult =
  | { readonly kind: 'answered'; readonly reply: Reply }
  | { readonly kind: 'failed'; readonly failure: AttemptFailure }
  | (Extract<AttemptResult, { kind: 'stopped' }> & { readonly spoken: FormatName });

/** A choice that is being called. */
export interface Trial {
  readonly choice: Choice;
  /** The one that it is made beside; null: none. */
  readonly beside: Trial | null;
  underWay: CallUnderWay;
  isOutrun: boolean;
  readonly result: Promise<TrialResult>;
}

/** Why a choice is called, and how long its place is waited for. */
export interface Why {
  readonly reason: string;
  /** The same way was called for the request before. */
  readonly isRepeat: boolean;
  /** The call that this one is made beside; null: none. */
  readonly beside: Trial | null;
  /** Ends the wait for a place. */
  readonly signal: AbortSignal;
}

/** What a trial begins with. */
interface Entered {
  readonly choice: Choice;
  readonly prepared: PreparedCall;
  readonly watch: CallWatch;
  readonly why: Why;
}

/** A place for a call, as soon as there is one. null: there is none in time, or `signal` aborted. */
export async function enter(
  parts: RunParts,
  { request: { userId, plan = plainPlan } }: Run,
  deployment: Deployment,
  signal: AbortSignal,
): Promise<CallWatch | null> {
  const entered = parts.fleet.enter(deployment, { userId, priority: plan.priority, signal });
  const watch = entered instanceof Promise ? await entered : entered;
  if (watch === null || !signal.aborted) return watch;
  watch.end({ kind: 'abandoned' });
  return null;
}

/** Sends a request, and hears what comes of it. */
export function beginTrial(parts: RunParts, run: Run, asked: AskedForm, entered: Entered): Trial {
  const { choice, prepared, why } = entered;
  const over = Promise.withResolvers<TrialResult>();
  const trial: Trial = {
    choice,
    beside: why.beside,
    underWay: start(parts, run, entered),
    isOutrun: false,
    result: over.promise,
  };
  // Of two trials, the other one may be awaited.
  trial.result.catch(() => undefined);
  hear(parts, run, asked, trial, prepared, why).then(over.resolve, over.reject);
  return trial;
}

function start(parts: RunParts, run: Run, { choice, prepared, watch, why }: Entered): CallUnderWay {
  const { deployment } = choice;
  const isHedge = why.beside !== null;
  return startCall(run, prepared, { deployment, watch, reason: why.reason, isHedge, nowMs: parts.clock() });
}

/** Hears a call, and once more one with a smaller bound, where the provider refuses the gateway's own. */
async function hear(
  parts: RunParts,
  run: Run,
  asked: AskedForm,
  trial: Trial,
  prepared: PreparedCall,
  why: Why,
): Promise<TrialResult> {
  const { choice } = trial;
  const first = await hearOnce(parts, run, trial, prepared);
  const bound = boundToRetry(run, asked, trial, first);
  const watch = bound === null ? null : await enter(parts, run, choice.deployment, why.signal);
  if (bound === null || watch === null) return first.result;
  const again = prepareCall(asked, watch.provider.config, choice.deployment.candidate.model, bound);
  if (again.kind === 'refused' || trial.isOutrun) {
    watch.end({ kind: 'abandoned' });
    return first.result;
  }
  const reason = `again with a bound of ${bound} tokens`;
  trial.underWay = start(parts, run, { choice, prepared: again, watch, why: { ...why, reason } });
  return (await hearOnce(parts, run, trial, again)).result;
}

async function hearOnce(
  parts: RunParts,
  run: Run,
  trial: Trial,
  prepared: PreparedCall,
): Promise<{ readonly result: TrialResult; readonly words: string }> {
  const { underWay } = trial;
  const spoken = prepared.format.name;
  const result = await payable(trial, await attempt(run, underWay, prepared, parts.clock));
  noteAttempt(parts, run, underWay, result);
  switch (result.kind) {
    case 'answered':
      return { result: { kind: 'answered', reply: { ...result, dropped: prepared.dropped, spoken } }, words: '' };
    case 'failed':
      return { result: { kind: 'failed', failure: result.failure }, words: result.words ?? '' };
    default:
      return { result: { ...result, spoken }, words: '' };
  }
}

/** A client that leaves two calls pays for one of them: the first, where that was sent and gave nothing else to pay for. */
async function payable({ beside }: Trial, heard: AttemptResult): Promise<AttemptResult> {
  if (heard.kind !== 'stopped' || heard.payer !== 'client' || beside === null) return heard;
  // What ended this call ends that one as well.
  const first = await beside.result;
  const isFirstPaid = first.kind === 'answered' || (first.kind === 'stopped' && first.payer === 'client');
  return isFirstPaid ? { ...heard, payer: 'house' } : heard;
}

/**
 * The bound to ask once more with, where the provider refuses the gateway's own and says what it would take: the client
 * has named none, and would be told of a number that it never sent. null: there is none, or no attempt is left.
 */
function boundToRetry(
  run: Run,
  asked: AskedForm,
  trial: Trial,
  { result, words }: { readonly result: TrialResult; readonly words: string },
): number | null {
  if (result.kind !== 'failed' || run.isGone || run.stopped !== null || trial.isOutrun) return null;
  if (run.attempts.length >= run.attemptsMax) return null;
  const { failure } = result.failure;
  if (failure !== 'context-window' && failure !== 'request' && failure !== 'not-here') return null;
  const bound = smallerBound(words, run.request.outputTokensMax);
  return bound === null || asked.namesBound() ? null : bound;
}
