import type { ProviderConfig } from '../config.ts';
import { FULL_HEADROOM, shareOf } from './headroom.ts';
import { MinuteWindow } from './minute-window.ts';

/** What an account may use in a minute, as policy has it. 0, absent: not known. */
type AccountLimits = Pick<ProviderConfig, 'requestsPerMinute' | 'tokensPerMinute'>;

/** What this router has sent by an account in the last minute, against the account's own limits. */
export class AccountUsage {
  private readonly requests: MinuteWindow | null;
  private readonly tokens: MinuteWindow | null;
  private readonly limits: AccountLimits;

  constructor(limits: AccountLimits) {
    this.limits = limits;
    this.requests = limits.requestsPerMinute ? new MinuteWindow() : null;
    this.tokens = limits.tokensPerMinute ? new MinuteWindow() : null;
  }

  began(nowMs: number): void {
    this.requests?.add(1, nowMs);
  }

  used(tokens: number, nowMs: number): void {
    this.tokens?.add(tokens, nowMs);
  }

  isExhausted(nowMs: number): boolean {
    return this.headroomBasisPoints(nowMs) === 0;
  }

  /** The tighter of both, in parts of ten thousand; undefined: it has no limits. */
  headroomBasisPoints(nowMs: number): number | undefined {
    if (this.requests === null && this.tokens === null) return undefined;
    const { requestsPerMinute = 0, tokensPerMinute = 0 } = this.limits;
    return Math.min(leftOf(this.requests, requestsPerMinute, nowMs), leftOf(this.tokens, tokensPerMinute, nowMs));
  }
}

function leftOf(window: MinuteWindow | null, limit: number, nowMs: number): number {
  return window === null ? FULL_HEADROOM : shareOf(limit - window.total(nowMs), limit);
}
