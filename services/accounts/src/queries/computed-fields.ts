import { create } from '@bufbuild/protobuf';
import type { LimitState, Payer, PayerBalance } from '#contracts/admin-needs.ts';
import { type ApiKey, type Balance, BalanceSchema, type Limit } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { formatUsd } from '#money/nano-usd.ts';
import type { AnyResource } from '#registry/kinds.ts';
import { shown } from '../domain/resource/shown.ts';
import type { Neighbours } from '../ports.ts';
import { type ReadDependencies, readKeysOf } from './read-resources.ts';

export interface ComputeDependencies extends ReadDependencies {
  readonly neighbours: () => Neighbours;
  readonly nowMs: number;
}

/** One resource with all that is computed of it. */
export async function withComputed(dependencies: ComputeDependencies, resource: AnyResource): Promise<AnyResource> {
  switch (resource.case) {
    case 'user': {
      const { id } = resource.value;
      const [money, keys] = await Promise.all([
        balanceOf(dependencies, { kind: 'user', id }),
        keysOf(dependencies, id),
      ]);
      return { case: 'user', value: { ...resource.value, ...money, keys } };
    }
    case 'team':
      return {
        case: 'team',
        value: { ...resource.value, ...(await balanceOf(dependencies, { kind: 'team', id: resource.value.id })) },
      };
    case 'organisation':
      return {
        case: 'organisation',
        value: {
          ...resource.value,
          ...(await balanceOf(dependencies, { kind: 'organisation', id: resource.value.id })),
        },
      };
    default:
      return (await withComputedAtOnce(dependencies, [resource]))[0] ?? resource;
  }
}

/** The resources of a list, which are of one kind, with what can be computed for all of them at once. */
export async function withComputedAtOnce(
  { neighbours }: Pick<ComputeDependencies, 'neighbours'>,
  resources: readonly AnyResource[],
): Promise<readonly AnyResource[]> {
  const ids = resources.map(({ value }) => value.id);
  if (resources[0]?.case === 'limit') {
    const states = await neighbours().moneyAndLimits?.limitStates(ids);
    return resources.map((resource, index) => withLimitState(resource, states?.[index]));
  }
  if (resources[0]?.case === 'key') {
    const uses = await neighbours().keyUses?.lastUsedAtMs(ids);
    return resources.map((resource) => withLastUse(resource, uses?.get(resource.value.id)));
  }
  return resources;
}

/** A payer's balance as it is shown; nothing where quota can't be asked from here. */
export async function balanceOf(
  { neighbours }: Pick<ComputeDependencies, 'neighbours'>,
  payer: Payer,
): Promise<{ readonly balance?: Balance }> {
  const [balance] = (await neighbours().moneyAndLimits?.balancesOf([payer])) ?? [];
  return balance === undefined ? {} : { balance: shownBalance(balance) };
}

function shownBalance(balance: PayerBalance): Balance {
  return create(BalanceSchema, {
    availableUsd: formatUsd(balance.availableNanoUsd),
    creditedUsd: formatUsd(balance.creditedNanoUsd),
    chargedUsd: formatUsd(balance.chargedNanoUsd),
    heldUsd: formatUsd(balance.heldNanoUsd),
    availableNanoUsd: String(balance.availableNanoUsd),
    creditedNanoUsd: String(balance.creditedNanoUsd),
    chargedNanoUsd: String(balance.chargedNanoUsd),
    heldNanoUsd: String(balance.heldNanoUsd),
  });
}

async function keysOf(dependencies: ComputeDependencies, userId: string): Promise<ApiKey[]> {
  const found = await readKeysOf(dependencies, userId);
  const keys = found.map(({ resource }) => shown(resource, dependencies.nowMs));
  const resources = await withComputedAtOnce(dependencies, keys);
  return resources.flatMap((resource) => (resource.case === 'key' ? [resource.value] : []));
}

function withLimitState(resource: AnyResource, state: LimitState | undefined): AnyResource {
  if (resource.case !== 'limit' || state === undefined) return resource;
  const limit = resource.value;
  const { used, held, left, resetsAtMs } = state;
  const value = {
    ...limit,
    used: amountText(limit, used),
    held: amountText(limit, held),
    left: amountText(limit, left),
    resetsAt: resetsAtMs === null ? '' : new Date(resetsAtMs).toISOString(),
  };
  return { case: 'limit', value };
}

function amountText({ unit }: Limit, amount: bigint): string {
  return unit === 'cost' ? formatUsd(amount) : String(amount);
}

function withLastUse(resource: AnyResource, lastUsedAtMs: number | undefined): AnyResource {
  if (resource.case !== 'key' || lastUsedAtMs === undefined) return resource;
  return { case: 'key', value: { ...resource.value, lastUsedAt: new Date(lastUsedAtMs).toISOString() } };
}
