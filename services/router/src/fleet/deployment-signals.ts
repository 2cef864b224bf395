import { decay, ewma, type MovingAverage, nothingSeen, peakEwma } from '../domain/strategy/peak-ewma.ts';
import type { AccountUsage } from './account-usage.ts';
import type { CallOutcome } from './call-outcome.ts';
import { createHeadroom, type Headroom } from './headroom.ts';

/** The length of answer that deployments are compared by: first token and so many more. */
const ANSWER_TOKENS = 200;
/** What a failed call counts as, at least: one that fails at once must not look fast. */
const FAILURE_MS = 5_000;
/** Shorter answers, and pieces that came at once, say nothing of the speed of writing. */
const SPEED_TOKENS_MIN = 8;
const SPEED_ELAPSED_MIN_MS = 50;
/** Later than any expectation: a call is finding out already. */
const BEING_FOUND_OUT_MS = 1e12;
/** A provider takes many calls at once: as many that wait count as much again as the time of one. */
const AWAITING_DOUBLES = 10;
/** The last calls whose ends are kept, a bit for each. */
const CALLS_KEPT = 32;

/** How long a call took. */
interface CallTimes {
  readonly tookMs: number;
  /** From its first token to its end; undefined: none came. */
  readonly writingMs: number | undefined;
  /** The answer came in one piece: its length tells how long it was waited for. */
  readonly isWhole: boolean;
}

/** What was seen of a deployment. Moving averages are over some ten seconds. */
export class DeploymentSignals {
  /** Tells it from others; the same on every router. */
  readonly mark: number;
  /** Of its account, with all of its models. */
  readonly usage: AccountUsage;
  readonly told: Headroom = createHeadroom();
  inFlight = 0;
  /** Calls in flight whose first token has not come. */
  awaiting = 0;
  /** Since when those calls wait, and none of them got one. */
  private silentSinceMs = 0;
  private firstToken: MovingAverage = nothingSeen;
  private msPerToken: MovingAverage = nothingSeen;
  private calls = 0;
  private failureBits = 0;

  constructor(mark: number, usage: AccountUsage) {
    this.mark = mark;
    this.usage = usage;
  }

  began(nowMs: number): void {
    if (this.awaiting === 0) this.silentSinceMs = nowMs;
    this.inFlight += 1;
    this.awaiting += 1;
    this.told.sent();
    this.usage.began(nowMs);
  }

  /** `tookMs`: to the first token; undefined: the answer came in one piece, which tells only at its end. */
  answered(tookMs: number | undefined, nowMs: number): void {
    this.awaiting -= 1;
    this.silentSinceMs = nowMs;
    if (tookMs !== undefined) this.noteFirstToken(tookMs, nowMs);
  }

  ended(outcome: CallOutcome, { tookMs, writingMs, isWhole }: CallTimes, nowMs: number): void {
    this.inFlight -= 1;
    if (writingMs === undefined) this.awaiting -= 1;
    if (outcome.kind === 'abandoned') return;
    if (outcome.kind === 'outrun') {
      // It would have taken longer still.
      this.noteFirstToken(tookMs, nowMs);
      return;
    }
    const hasFailed = outcome.kind === 'failed';
    this.calls = Math.min(CALLS_KEPT, this.calls + 1);
    this.failureBits = ((this.failureBits << 1) | (hasFailed ? 1 : 0)) >>> 0;
    if (hasFailed) this.noteFirstToken(Math.max(FAILURE_MS, tookMs), nowMs);
    if (outcome.kind !== 'succeeded') return;
    const { outputTokens } = outcome;
    // Vectors, or a word: there is no speed to speak of.
    if (isWhole && outputTokens < SPEED_TOKENS_MIN) this.noteFirstToken(tookMs, nowMs);
    const spentMs = isWhole ? tookMs : (writingMs ?? 0);
    if (outputTokens < SPEED_TOKENS_MIN || spentMs < SPEED_ELAPSED_MIN_MS) return;
    this.msPerToken = ewma(this.msPerToken, spentMs / outputTokens, nowMs);
  }

  private noteFirstToken(tookMs: number, nowMs: number): void {
    this.firstToken = peakEwma(this.firstToken, Math.max(1, tookMs), nowMs);
  }

  /**
   * The time to the first token and for an answer of some length, the longer the more calls wait for their first token; 0: to be
   * found out. What was not seen for long is believed less and less, until one call finds out anew. Of a deployment that hangs it
   * is known by the silence.
   */
  expectedMs(nowMs: number): number {
    const { firstToken, msPerToken } = this;
    const writingMs = msPerToken.value * ANSWER_TOKENS;
    if (firstToken.value + writingMs === 0) return this.awaiting === 0 ? 0 : BEING_FOUND_OUT_MS * this.awaiting;
    if (this.awaiting === 0) {
      return (firstToken.value + writingMs) * decay(nowMs - Math.max(firstToken.atMs, msPerToken.atMs));
    }
    const waitedMs = Math.max(firstToken.value, nowMs - this.silentSinceMs);
    return (waitedMs + writingMs) * (1 + this.awaiting / AWAITING_DOUBLES);
  }

  /** Nothing is left of a rate limit. */
  isExhausted(nowMs: number): boolean {
    return this.told.isExhausted(nowMs) || this.usage.isExhausted(nowMs);
  }

  /**
   * What is left of the provider's rate limits as it told, and of the account's own, in parts of ten thousand, the tightest;
   * undefined: no limit is known.
   */
  headroomBasisPoints(nowMs: number): number | undefined {
    const told = this.told.basisPoints(nowMs);
    const own = this.usage.headroomBasisPoints(nowMs);
    if (told === undefined || own === undefined) return told ?? own;
    return Math.min(told, own);
  }

  /** 0: not known. */
  get firstTokenMs(): number {
    return this.firstToken.value;
  }

  /** 0: not known. */
  get tokensASecond(): number {
    return this.msPerToken.value === 0 ? 0 : 1_000 / this.msPerToken.value;
  }

  /** Of the last calls, in parts of ten thousand. */
  get failureBasisPoints(): number {
    if (this.calls === 0) return 0;
    let failures = 0;
    for (let bits = this.failureBits; bits !== 0; bits &= bits - 1) failures += 1;
    return Math.round((failures * 10_000) / this.calls);
  }
}
