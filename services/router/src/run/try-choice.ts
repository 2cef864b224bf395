import type { FormatName } from '#ai/format.ts';
import { plainPlan } from '#contracts/routing.ts';
import type { Refusal } from '#errors/error-table.ts';
import type { AttemptFailure } from '../domain/attempt/attempt-failure.ts';
import { smallerBound } from '../domain/attempt/smaller-bound.ts';
import type { CallWatch } from '../fleet/call-outcome.ts';
import type { Choice } from '../fleet/deployment.ts';
import type { Provider } from '../ports.ts';
import { type AttemptResult, attempt } from './attempt.ts';
import type { CallUnderWay } from './call-under-way.ts';
import { noteAttempt } from './note-attempt.ts';
import { type AskedForm, type PreparedCall, prepareCall } from './prepare-call.ts';
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
  hasFailed: boolean;
  readonly result: Promise<TrialResult>;
}

/** A trial, or why nothing was sent. */
export type Begun =
  | { readonly kind: 'begun'; readonly trial: Trial }
  | { readonly kind: 'not-called'; readonly refusal: Refusal };

export const noProvider: Refusal = {
  code: 'unavailable',
  message: 'No provider for this model is configured any longer.',
};
/** The reason is the operator's to read: it names where the key should be. */
const noKey: Refusal = {
  code: 'upstream_unauthorized',
  message: 'The gateway has no key for the provider of this model. Tell the operator of this gateway.',
};
/** A place is free when a call ends; a client that comes back sooner waits in the same queue. */
const PLACE_RETRY_AFTER_MS = 1_000;
const noPlace: Refusal = {
  code: 'unavailable',
  message: 'Every provider of this model has all the requests that it takes at a time. Send the request again.',
  retryAfterMs: PLACE_RETRY_AFTER_MS,
};

interface Why {
  readonly reason: string;
  readonly isRepeat: boolean;
  readonly beside: Trial | null;
  readonly signal: AbortSignal;
}

/** Calls a choice as soon as it has a place for the request. `signal` ends the wait for one. */
export async function tryChoice(parts: RunParts, run: Run, asked: AskedForm, choice: Choice, why: Why): Promise<Begun> {
  const { deployment } = choice;
  const { candidate, open: provider } = deployment;
  if (provider === null) {
    return { kind: 'not-called', refusal: parts.providers.get(candidate.provider) === undefined ? noProvider : noKey };
  }
  const prepared = prepareCall(asked, provider.config, candidate.model);
  if (prepared.kind === 'refused') return { kind: 'not-called', refusal: prepared.refusal };
  const tooLarge = refusalOfSize(prepared, provider);
  if (tooLarge !== null) return { kind: 'not-called', refusal: tooLarge };

  const { userId, plan = plainPlan } = run.request;
  const entered = parts.fleet.enter(deployment, { userId, priority: plan.priority, signal: why.signal });
  const watch = entered instanceof Promise ? await entered : entered;
  if (watch === null) return { kind: 'not-called', refusal: noPlace };
  if (why.signal.aborted) {
    watch.end({ kind: 'abandoned' });
    return { kind: 'not-called', refusal: noPlace };
  }
  parts.prices.want(candidate);
  if (!why.isRepeat) parts.budgets.noteCall(candidate.provider);
  return { kind: 'begun', trial: beginTrial(parts, run, asked, { choice, provider, prepared, watch, why }) };
}

function refusalOfSize({ post }: PreparedCall, { config }: Provider): Refusal | null {
  const { name, requestMaxBytes } = config;
  if (requestMaxBytes === undefined || post.body.length <= requestMaxBytes) return null;
  const message = `The request has ${post.body.length} bytes for ${name}, which takes ${requestMaxBytes} at most. Send less.`;
  return { code: 'body_too_large', message };
}

interface Entered {
  readonly choice: Choice;
  readonly provider: Provider;
  readonly prepared: PreparedCall;
  readonly watch: CallWatch;
  readonly why: Why;
}

function beginTrial(parts: RunParts, run: Run, asked: AskedForm, entered: Entered): Trial {
  const { choice, why } = entered;
  const started = Promise.withResolvers<TrialResult>();
  const trial: Trial = {
    choice,
    beside: why.beside,
    underWay: start(parts, run, entered, entered.prepared, entered.watch),
    isOutrun: false,
    hasFailed: false,
    result: started.promise,
  };
  // The other of two trials may be awaited first.
  trial.result.catch(() => undefined);
  hear(parts, run, asked, entered, trial).then(started.resolve, started.reject);
  return trial;
}

function start(
  parts: RunParts,
  run: Run,
  { choice, provider, why }: Entered,
  prepared: PreparedCall,
  watch: CallWatch,
): CallUnderWay {
  return startCall(run, provider, prepared, {
    deployment: choice.deployment,
    watch,
    reason: why.reason,
    isHedge: why.beside !== null,
    nowMs: parts.clock(),
  });
}

/** Hears a call, and once more one with a smaller bound, where the provider refuses the gateway's own. */
async function hear(parts: RunParts, run: Run, asked: AskedForm, entered: Entered, trial: Trial): Promise<TrialResult> {
  const { provider, prepared, choice } = entered;
  const first = await hearOnce(parts, run, entered, trial, prepared);
  const bound = boundToRetry(run, asked, trial, first);
  if (bound === null) return first.result;
  const again = prepareCall(asked, provider.config, choice.deployment.candidate.model, bound);
  if (again.kind === 'refused') return first.result;
  trial.hasFailed = false;
  // The place is the one that the first call has left: nobody waits for it in between.
  trial.underWay = start(parts, run, entered, again, parts.fleet.begin(choice.deployment));
  return (await hearOnce(parts, run, entered, trial, again)).result;
}

async function hearOnce(
  parts: RunParts,
  run: Run,
  { provider }: Entered,
  trial: Trial,
  prepared: PreparedCall,
): Promise<{ readonly result: TrialResult; readonly words: string }> {
  const { underWay } = trial;
  const spoken = prepared.format.name;
  const result = payable(trial, await attempt(run, underWay, provider.config, prepared, parts.clock));
  noteAttempt(parts, run, underWay, result);
  switch (result.kind) {
    case 'answered':
      return { result: { kind: 'answered', reply: { ...result, dropped: prepared.dropped, spoken } }, words: '' };
    case 'failed':
      trial.hasFailed = true;
      return { result: { kind: 'failed', failure: result.failure }, words: result.words ?? '' };
    default:
      return { result: { ...result, spoken }, words: '' };
  }
}

/** A client that leaves two calls pays for one of them: the first. */
function payable(trial: Trial, heard: AttemptResult): AttemptResult {
  const isSecond = trial.beside !== null && !trial.beside.hasFailed;
  return heard.kind === 'stopped' && heard.payer === 'client' && isSecond ? { ...heard, payer: 'house' } : heard;
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
