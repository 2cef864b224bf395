import type { CandidatePlace } from '#contracts/routing.ts';
import type { AttemptFailure } from './attempt-failure.ts';
import { backoffMs } from './backoff.ts';

/** A way to an answer, in the order of trial. */
export interface Way {
  readonly provider: string;
  readonly account: string;
  readonly model: string;
  readonly candidate: CandidatePlace;
}

/** A way that was tried in vain. */
export interface Tried {
  /** Its place in the order of trial. */
  readonly way: number;
  /** null: it was not called (it cannot take the request, or had no place for it), or its call is under way. */
  readonly failed: Pick<AttemptFailure, 'failure' | 'retry' | 'retryAfterMs'> | null;
  readonly atMs: number;
}

/** What the rule goes by, beside what was tried. */
export interface Circumstances {
  /** Calls begun for the request, and the most of them. */
  readonly attempts: number;
  readonly attemptsMax: number;
  readonly deadlineMs: number;
  readonly nowMs: number;
  /** A random number from 0 to 1. */
  readonly jitter: number;
  /** Whether a way is kept away from now. */
  readonly isKeptAway: (way: number) => boolean;
  /** How often a request may be sent again to a way's provider, and the first pause before that. */
  readonly repeating: (way: number) => Repeating;
  /** Providers that have no repetition left in their budget. */
  readonly exhausted: ReadonlySet<string>;
}

export interface Repeating {
  readonly retriesMax: number;
  readonly intervalMs: number;
}

export type NextAttempt =
  | { readonly kind: 'try'; readonly way: number; readonly delayMs: number; readonly isRepeat: boolean }
  | { readonly kind: 'give-up' };

/** A longer `Retry-After` is passed on to the client instead of waited out. */
export const RETRY_AFTER_MAX_MS = 2_000;

const giveUp: NextAttempt = { kind: 'give-up' };

/** Says which way to try next; SPEC.md has the rule as a table. */
export function nextAttempt(ways: readonly Way[], tried: readonly Tried[], given: Circumstances): NextAttempt {
  if (given.nowMs >= given.deadlineMs && tried.length > 0) return giveUp;
  if (tried.some(({ failed }) => failed !== null && isFinal(failed))) return giveUp;
  if (given.attempts >= given.attemptsMax) return giveUp;
  const isFit = fitnessAfter(ways, tried);
  return untried(ways, tried, given, isFit) ?? repeated(ways, tried, given, isFit) ?? giveUp;
}

/** A window and a policy are the model's: another model may answer. */
function isFinal({ failure, retry }: NonNullable<Tried['failed']>): boolean {
  return retry === 'never' && failure !== 'context-window' && failure !== 'content-policy';
}

/** Which ways may answer at all, by what models have said of the request so far. */
function fitnessAfter(ways: readonly Way[], tried: readonly Tried[]): (way: Way) => boolean {
  let refusedTokens = -1;
  let isPolicy = false;
  for (const { way, failed } of tried) {
    const contextTokens = ways[way]?.candidate.contextTokens ?? 0;
    if (failed?.failure === 'context-window') refusedTokens = Math.max(refusedTokens, contextTokens);
    if (failed?.failure === 'content-policy') isPolicy = true;
  }
  return ({ candidate: { standsInFor = '', contextTokens = 0 } }) => {
    const isWider = standsInFor === 'context_window' || (refusedTokens > 0 && contextTokens > refusedTokens);
    if (refusedTokens >= 0 ? !isWider : standsInFor === 'context_window') return false;
    return isPolicy === (standsInFor === 'content_policy');
  };
}

/** The best of the ways that were not tried yet. */
function untried(
  ways: readonly Way[],
  tried: readonly Tried[],
  given: Circumstances,
  isFit: (way: Way) => boolean,
): NextAttempt | null {
  const last = tried.at(-1);
  const failed = last === undefined ? undefined : ways[last.way];
  const isOfAccount = last?.failed?.failure === 'key' || last?.failed?.failure === 'balance';
  const hasStages = ways.some((way) => stageOf(way) !== stageOf(ways[0]));
  let best: number | null = null;
  let bestDoubts = Number.POSITIVE_INFINITY;
  for (const [place, way] of ways.entries()) {
    if (!isFit(way) || tried.some((each) => each.way === place)) continue;
    // Within a stage, those that are kept away from are last already.
    const isKeptAway = hasStages && given.isKeptAway(place);
    let doubts = (isKeptAway ? 4 : 0) + (isDoubtful(way, ways, tried) ? 2 : 0);
    // The provider works, and its other account is the nearest to what was chosen.
    const isSibling = way.provider === failed?.provider && stageOf(way) === stageOf(failed);
    if (isOfAccount && isSibling && doubts === 0) doubts = -1;
    if (doubts >= bestDoubts) continue;
    best = place;
    bestDoubts = doubts;
    if (doubts <= 0 && !isOfAccount) break;
  }
  return best === null ? null : { kind: 'try', way: best, delayMs: 0, isRepeat: false };
}

function stageOf(way: Way | undefined): number {
  return way?.candidate.stage ?? 0;
}

/** What failed elsewhere is likely to fail here as well: the same address, the same key, the same model at the same provider. */
function isDoubtful(way: Way, ways: readonly Way[], tried: readonly Tried[]): boolean {
  return tried.some(({ way: place, failed }) => {
    const other = ways[place];
    if (failed === null || other?.provider !== way.provider) return false;
    if (failed.failure === 'connection') return true;
    if (failed.failure === 'not-here') return other.model === way.model;
    return (failed.failure === 'key' || failed.failure === 'balance') && other.account === way.account;
  });
}

/** The way that may be asked again the soonest. */
function repeated(
  ways: readonly Way[],
  tried: readonly Tried[],
  given: Circumstances,
  isFit: (way: Way) => boolean,
): NextAttempt | null {
  let best: Extract<NextAttempt, { kind: 'try' }> | null = null;
  for (const [place, way] of ways.entries()) {
    const delayMs = isFit(way) && !given.exhausted.has(way.provider) ? pauseBefore(place, ways, tried, given) : null;
    if (delayMs === null || given.nowMs + delayMs >= given.deadlineMs) continue;
    if (best === null || delayMs < best.delayMs) best = { kind: 'try', way: place, delayMs, isRepeat: true };
  }
  return best;
}

/** The pause before a way is asked again; null: it is not to be. */
function pauseBefore(
  place: number,
  ways: readonly Way[],
  tried: readonly Tried[],
  given: Circumstances,
): number | null {
  const here = tried.filter(({ way }) => way === place);
  const last = here.at(-1);
  if (last?.failed?.retry !== 'anywhere') return null;
  const { retriesMax, intervalMs } = given.repeating(place);
  if (repeatsAt(ways[place]?.provider, ways, tried) >= retriesMax) return null;
  const { retryAfterMs = 0 } = last.failed;
  if (retryAfterMs > RETRY_AFTER_MAX_MS) return null;
  const leftMs = last.atMs + retryAfterMs - given.nowMs;
  return Math.max(0, leftMs, backoffMs(intervalMs, here.length - 1, given.jitter));
}

/** How often the request was sent again to a provider: to the same model by the same account. */
function repeatsAt(provider: string | undefined, ways: readonly Way[], tried: readonly Tried[]): number {
  const called = tried.filter(({ way, failed }) => failed !== null && ways[way]?.provider === provider);
  return called.length - new Set(called.map(({ way }) => way)).size;
}
