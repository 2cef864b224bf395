import { setTimeout as pause } from 'node:timers/promises';
import type { FormatName } from '#ai/format.ts';
import type { PricedCandidate } from '#contracts/quota.ts';
import { plainPlan } from '#contracts/routing.ts';
import type { ErrorCode, Refusal } from '#errors/error-table.ts';
import { unreachable } from '#kernel/unreachable.ts';
import { type AttemptFailure, refusals } from '../domain/attempt/attempt-failure.ts';
import { type FailedAttempt, nextAttempt } from '../domain/attempt/next-attempt.ts';
import { smallerBound } from '../domain/attempt/smaller-bound.ts';
import type { CallOutcome } from '../fleet/call-outcome.ts';
import type { Choice } from '../fleet/deployment.ts';
import type { Provider } from '../ports.ts';
import { type AttemptResult, attempt } from './attempt.ts';
import { type AskedForm, askedFormOf, type PreparedCall, prepareCall } from './prepare-call.ts';
import { durationMs, type Ending, houseLoss } from './record-usage.ts';
import type { Run, RunParts } from './run.ts';
import type { Used } from './used.ts';

/** An answer, and what became of the request on the way to it. */
export type Reply = Extract<AttemptResult, { kind: 'answered' }> & {
  /** The client's fields that were left out. */
  readonly dropped: readonly string[];
  /** The format that the provider was spoken to in. */
  readonly spoken: FormatName;
};

/** The outcome of all attempts for a request. */
export type Reached =
  | { readonly kind: 'answered'; readonly candidate: PricedCandidate; readonly result: Reply }
  | { readonly kind: 'failed'; readonly failure: AttemptFailure | Refusal }
  /**
   * The client is gone, or the run was stopped. `charged`: what the client pays all the same, and which candidate was
   * at work.
   */
  | { readonly kind: 'ended'; readonly charged: Omit<Ending, 'outcome' | 'withheld'> | null };

const noProvider: Refusal = { code: 'unavailable', message: 'No provider for this model is configured any longer.' };
/** The reason is the operator's to read: it names where the key should be. */
const noKey: Refusal = {
  code: 'upstream_unauthorized',
  message: 'The gateway has no key for the provider of this model. Tell the operator of this gateway.',
};

/** Tries the candidates until one answers, as `nextAttempt` decides. Adds every attempt to the run. */
export async function reachProvider(parts: RunParts, run: Run): Promise<Reached> {
  const { candidates, plan = plainPlan, requestId } = run.request;
  const choices = parts.fleet.choose(candidates, plan, requestId);
  const asked = askedFormOf(run.request);
  const failed: FailedAttempt[] = [];
  let failure: AttemptFailure | null = null;
  let refusal: Refusal = noProvider;
  for (;;) {
    const next = nextAttempt(failed, choices.length, Math.random());
    const choice = next.kind === 'try' ? choices[next.candidate] : undefined;
    if (next.kind === 'give-up' || !choice) return { kind: 'failed', failure: failure ?? refusal };
    if (next.delayMs > 0) await pause(next.delayMs);
    if (run.isGone || run.stopped) return { kind: 'ended', charged: null };

    const { candidate } = choice.deployment;
    const tried = await tryCandidate(parts, run, asked, choice);
    if (tried.kind === 'refused') {
      refusal = tried.refusal;
      failed.push({ candidate: next.candidate, retry: 'elsewhere', retryAfterMs: undefined });
      continue;
    }
    const { result, dropped, spoken } = tried;
    if (result.kind === 'answered') return { kind: 'answered', candidate, result: { ...result, dropped, spoken } };
    if (result.kind === 'stopped') {
      const isCharged = result.payer === 'client' && result.used !== null;
      return { kind: 'ended', charged: isCharged ? { candidate, spoken, ...result.used } : null };
    }
    failure = result.failure;
    failed.push({ candidate: next.candidate, retry: failure.retry, retryAfterMs: failure.retryAfterMs });
  }
}

type Tried =
  | {
      readonly kind: 'called';
      readonly result: AttemptResult;
      readonly dropped: readonly string[];
      readonly spoken: FormatName;
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

async function tryCandidate(parts: RunParts, run: Run, asked: AskedForm, choice: Choice): Promise<Tried> {
  const { candidate, open: provider } = choice.deployment;
  if (provider === null) {
    return { kind: 'refused', refusal: parts.providers.get(candidate.provider) === undefined ? noProvider : noKey };
  }
  const prepared = prepareCall(asked, provider.config, candidate.model);
  if (prepared.kind === 'refused') return prepared;
  let result = await callOnce(parts, run, choice, provider, prepared);
  const bound = boundToRetry(run, asked, result);
  const again = bound === null ? null : prepareCall(asked, provider.config, candidate.model, bound);
  if (again?.kind === 'prepared') result = await callOnce(parts, run, choice, provider, again);
  return { kind: 'called', result, dropped: prepared.dropped, spoken: prepared.format.name };
}

/**
 * The bound to ask once more with, where the provider refuses the gateway's own and says what it would take: the client
 * has named none, and would be told of a number that it never sent. null: there is none.
 */
function boundToRetry(run: Run, asked: AskedForm, result: AttemptResult): number | null {
  if (result.kind !== 'failed' || run.isGone || run.stopped !== null) return null;
  const { code } = result.failure;
  if (code !== 'context_length_exceeded' && code !== 'upstream_refused') return null;
  const bound = smallerBound(result.words ?? '', run.request.outputTokensMax);
  return bound === null || asked.namesBound() ? null : bound;
}

/** One call, noted in the run's attempts, the provider's health and the house's losses. */
async function callOnce(
  parts: RunParts,
  run: Run,
  { deployment, reason }: Choice,
  provider: Provider,
  prepared: PreparedCall,
): Promise<AttemptResult> {
  const { fleet, clock, prices } = parts;
  const { candidate, account } = deployment;
  prices.want(candidate);
  const startedAtMs = clock();
  const watch = fleet.begin(deployment);
  run.watch = watch;
  const result = await attempt(run, provider, prepared).catch((thrown: unknown) => {
    watch.end({ kind: 'abandoned' });
    throw thrown;
  });
  const tookMs = durationMs(clock() - startedAtMs);
  run.attempts.push({
    provider: candidate.provider,
    model: candidate.model,
    ...statusOf(result, run),
    durationMs: tookMs,
    ...(account === '' ? {} : { account }),
    ...(reason === '' ? {} : { reason }),
  });
  const loss = lossOf(result);
  if (loss) {
    run.houseLosses.push(houseLoss(run.attempts.length - 1, loss));
    parts.losses.add(candidate.provider, loss.usage);
  }
  const outcome = outcomeOf(result, run);
  if (outcome) watch.end(outcome);
  if (result.kind === 'failed') {
    const { requestId } = run.request;
    const { code, status } = result.failure;
    const { provider: name, model } = candidate;
    const told = { requestId, provider: name, model, code, status, durationMs: tookMs, housePays: loss?.usage };
    parts.logger.warn(told, 'an attempt failed');
  }
  return result;
}

/** What the house pays for the attempt. */
function lossOf(result: AttemptResult): Used | null {
  if (result.kind === 'failed') return result.loss;
  return result.kind === 'stopped' && result.payer === 'house' ? result.used : null;
}

/** What the deployment is told; null for an answer, which counts at its end. */
function outcomeOf(result: AttemptResult, run: Run): CallOutcome | null {
  switch (result.kind) {
    case 'answered':
      return null;
    case 'failed':
      if (result.failure.code === 'internal_error') return { kind: 'abandoned' };
      if (refusals.has(result.failure.code)) return { kind: 'refused' };
      return { kind: 'failed', failure: 'unknown', retryAfterMs: result.failure.retryAfterMs };
    case 'stopped':
      return run.stopped === 'timeout' ? { kind: 'failed', failure: 'timeout' } : { kind: 'abandoned' };
    default:
      return unreachable(result);
  }
}

const stopCodes = {
  drained: 'client_gone',
  timeout: 'upstream_timeout',
  closing: 'unavailable',
} as const satisfies Record<NonNullable<Run['stopped']>, ErrorCode>;

function statusOf(result: AttemptResult, run: Run): { status: number; error: string } {
  if (result.kind === 'failed') return { status: result.failure.status, error: result.failure.code };
  if (result.kind === 'stopped') return { status: 0, error: stopCodes[run.stopped ?? 'drained'] };
  return { status: result.head.status, error: '' };
}
