import { type AdminCaller, type AdminOutput, keyIdOfActor } from '#contracts/admin.ts';
import type { Clock } from '#kernel/clock.ts';
import { formatUsd } from '#money/nano-usd.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import type { Registry } from '#registry/registry.ts';
import type { Neighbours } from '../ports.ts';
import { shownBalance } from './computed-fields.ts';
import { ownerOfNothing } from './own-keys.ts';
import { payersOfUser, paysFor } from './own-payer.ts';
import { type ReadDependencies, readResource } from './read-resources.ts';
import { ownRunway } from './runways.ts';

interface Dependencies extends ReadDependencies {
  readonly registry: Pick<Registry, 'get'>;
  readonly neighbours: () => Neighbours;
  readonly clock: Clock;
}

/**
 * Who a holder is and who pays for them. Of a team's or an organisation's balance a holder sees what is left, and not what others
 * paid in and spent.
 */
export async function getOwnAccount(
  dependencies: Dependencies,
  userId: string,
  { actor }: AdminCaller,
): Promise<AdminOutput<'getMe'>> {
  const { registry, neighbours, clock } = dependencies;
  const found = await readResource(dependencies, 'user', userId);
  if (found?.resource.case !== 'user') throw ownerOfNothing('user');
  const user = found.resource.value;
  const { team, organisation, payers } = payersOfUser(registry, user);
  const pays = await paysFor(neighbours().moneyAndLimits, payers);
  const { paying, own } = pays ?? {};
  return {
    id: user.id,
    name: user.name,
    email: user.email,
    status: user.status,
    teamId: team?.id ?? '',
    teamName: team?.name ?? '',
    organisationId: organisation?.id ?? '',
    organisationName: organisation?.name ?? '',
    createdAt: user.createdAt,
    payerKind: paying?.payer.kind ?? '',
    payerId: paying?.payer.id ?? '',
    availableUsd: paying === undefined ? '' : formatUsd(paying.availableNanoUsd),
    ...(own === undefined ? {} : { balance: shownBalance(own) }),
    ...(paying === undefined ? {} : await ownRunway(neighbours().ledger, paying, clock())),
    ...signedIn(registry.get('token', actor), actor),
  };
}

function signedIn(
  token: ResourceOf<'token'> | undefined,
  actor: string,
): { readonly signedInWith: string; readonly keyId: string } {
  if (token !== undefined) {
    return { signedInWith: token.purpose === 'session' ? 'session' : 'token', keyId: keyIdOfActor(token.openedBy) };
  }
  const keyId = keyIdOfActor(actor);
  return { signedInWith: keyId === '' ? 'identity_token' : 'api_key', keyId };
}
