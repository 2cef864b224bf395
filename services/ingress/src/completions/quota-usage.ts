import type { BalancePort, BalanceView } from '#contracts/billing.ts';
import type { LimitWindow } from '#contracts/quota.ts';
import type { GatewayMetrics } from '#telemetry/metrics.ts';

/** Users of whom a metric is kept: those seen last. A label for each user there is would grow without bound. */
const USERS_MAX = 100;

/** Keeps `gateway_quota_usage` for the users seen last. */
export interface QuotaUsage {
  /** Notes how a user's limits stand after a decision. */
  note(userId: string, windows: readonly LimitWindow[]): void;
  /**
   * Writes the gauge; called when it is read, so that a request pays for a note only. Never rejects: while balances cannot
   * be asked for, their shares are left out.
   */
  publish(): Promise<void>;
}

export function createQuotaUsage(metrics: GatewayMetrics, balances: BalancePort): QuotaUsage {
  // A Map iterates in the order of insertion: the first is the one not seen for longest.
  const windows = new Map<string, LimitWindow | undefined>();
  return {
    note(userId, now) {
      windows.delete(userId);
      windows.set(
        userId,
        now.find(({ unit }) => unit === 'requests'),
      );
      if (windows.size <= USERS_MAX) return;
      const [oldest] = windows.keys();
      if (oldest !== undefined) windows.delete(oldest);
    },
    async publish() {
      const seen = [...windows];
      const views = seen.length === 0 ? [] : await balances.balances([...windows.keys()]).catch(() => []);
      metrics.quotaUsage.reset();
      for (const view of views) metrics.quotaUsage.set({ user: view.userId, quota: 'balance' }, balanceShare(view));
      for (const [user, window] of seen) {
        if (window === undefined) continue;
        const used = window.limit === 0 ? 1 : (window.limit - window.remaining) / window.limit;
        metrics.quotaUsage.set({ user, quota: 'requests_per_minute' }, used);
      }
    },
  };
}

/** What is charged or held of what was credited. A number for a gauge, not an amount: only here may it be a float. */
function balanceShare({ creditedNanoUsd, chargedNanoUsd, heldNanoUsd }: BalanceView): number {
  if (creditedNanoUsd === 0n) return 1;
  return Number(chargedNanoUsd + heldNanoUsd) / Number(creditedNanoUsd);
}
