import type { Identity } from '#api-keys/identity.ts';
import type { BalancePort, BalanceView } from '#contracts/billing.ts';
import type { LimitWindow } from '#contracts/quota.ts';
import type { GatewayMetrics } from '#telemetry/metrics.ts';

/** Users who are looked at: those seen last. To ask for the balance of every user there is would take too long. */
const USERS_MAX = 100;

/** The shares that are counted: half, nearly all, and all, at which a user is refused. */
const SHARES = [0.5, 0.9, 1] as const;

/** Keeps `gateway_quota_users`: how many of the users seen last use a share or more. It names no user. */
export interface QuotaUsage {
  /** Notes how a user's limits stand after a decision, and for which team it was made. */
  note(caller: Pick<Identity, 'userId' | 'teamId'>, windows: readonly LimitWindow[]): void;
  /**
   * Writes the gauge; called when it is read, so that a request pays for a note only. Never rejects: while balances cannot
   * be asked for, their shares are left out.
   */
  publish(): Promise<void>;
}

export function createQuotaUsage(metrics: GatewayMetrics, balances: BalancePort): QuotaUsage {
  // A Map iterates in the order of insertion: the first is the one not seen for longest.
  const users = new Map<string, { readonly teamId: string; readonly window: LimitWindow | undefined }>();
  return {
    note({ userId, teamId }, now) {
      users.delete(userId);
      users.set(userId, { teamId, window: now.find(({ unit }) => unit === 'requests') });
      if (users.size <= USERS_MAX) return;
      const [oldest] = users.keys();
      if (oldest !== undefined) users.delete(oldest);
    },
    async publish() {
      const seen = [...users.values()];
      const teamIds = seen.map(({ teamId }) => teamId);
      const views = seen.length === 0 ? [] : await balances.balances([...users.keys()], teamIds).catch(() => []);
      const used = {
        balance: views.map(balanceShare),
        requests_per_minute: seen.flatMap(({ window }) => (window === undefined ? [] : [windowShare(window)])),
      };
      for (const [quota, shares] of Object.entries(used)) {
        for (const share of SHARES) {
          metrics.quotaUsers.set({ quota, share }, shares.filter((each) => each >= share).length);
        }
      }
    },
  };
}

function windowShare({ limit, remaining }: LimitWindow): number {
  return limit === 0 ? 1 : (limit - remaining) / limit;
}

/** What is charged or held of what was credited. A number for a gauge, not an amount: only here may it be a float. */
function balanceShare({ creditedNanoUsd, chargedNanoUsd, heldNanoUsd }: BalanceView): number {
  if (creditedNanoUsd === 0n) return 1;
  return Number(chargedNanoUsd + heldNanoUsd) / Number(creditedNanoUsd);
}
