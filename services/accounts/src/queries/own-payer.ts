import type { BalancesPort, Payer, PayerBalance } from '#contracts/admin-needs.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import type { Registry } from '#registry/registry.ts';

/** Those whose balances may pay for a user, the nearest first: quota's rule (`paidFrom`). */
export interface PayersOfUser {
  readonly team: ResourceOf<'team'> | undefined;
  readonly organisation: ResourceOf<'organisation'> | undefined;
  readonly payers: readonly Payer[];
}

export function payersOfUser(registry: Pick<Registry, 'get'>, user: ResourceOf<'user'>): PayersOfUser {
  const team = user.teamId === '' ? undefined : registry.get('team', user.teamId);
  const organisationId = team?.organisationId ?? '';
  const organisation = organisationId === '' ? undefined : registry.get('organisation', organisationId);
  const payers: Payer[] = [
    { kind: 'user', id: user.id },
    ...(team === undefined ? [] : [{ kind: 'team', id: team.id } as const]),
    ...(organisation === undefined ? [] : [{ kind: 'organisation', id: organisation.id } as const]),
  ];
  return { team, organisation, payers };
}

/** Whose balance pays now, and the user's own; undefined: quota cannot be asked from here. */
export async function paysFor(
  balances: Pick<BalancesPort, 'balancesOf'> | undefined,
  payers: readonly Payer[],
): Promise<{ readonly paying: PayerBalance; readonly own: PayerBalance } | undefined> {
  const [own, ...others] = (await balances?.balancesOf(payers)) ?? [];
  if (own === undefined) return undefined;
  return { own, paying: [own, ...others].find(({ creditedNanoUsd }) => creditedNanoUsd > 0n) ?? own };
}
