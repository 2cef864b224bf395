import type { BalancePort, BalanceView } from '#contracts/billing.ts';

/** Looks up what was asked for; throws for a user who was not. */
export type BalanceOf = (userId: string) => BalanceView;

/** Users' money, asked for in one go. Rejects with a `Fault` where the admission authority cannot be asked. */
export async function readBalances(balances: BalancePort, userIds: readonly string[]): Promise<BalanceOf> {
  const views = userIds.length === 0 ? [] : await balances.balances(userIds);
  const byUser = new Map(views.map((view) => [view.userId, view]));
  return (userId) => {
    const view = byUser.get(userId);
    if (view === undefined) throw new Error(`the balance of user ${userId} was not asked for, or not given`);
    return view;
  };
}

/** One user's money. */
export async function readBalance(balances: BalancePort, userId: string): Promise<BalanceView> {
  return (await readBalances(balances, [userId]))(userId);
}
