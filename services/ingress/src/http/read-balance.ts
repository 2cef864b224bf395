import type { BalancePort, BalanceView } from '#contracts/billing.ts';

/** The money that pays for a caller. Rejects with a `Fault` where the admission authority cannot be asked. */
export async function readBalance(
  balances: BalancePort,
  { userId, teamId }: { readonly userId: string; readonly teamId: string },
): Promise<BalanceView> {
  const [view] = await balances.balances([userId], [teamId]);
  if (view === undefined) throw new Error(`the balance of user ${userId} was not given`);
  return view;
}
