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
  /** Whether who asks may see the keys of a user. Whoever changes a user may. */
  readonly mayReadKeys: boolean;
}

/** One resource with all that is computed of it. */
export async function withComputed(dependencies: ComputeDependencies, resource: AnyResource): Promise<AnyResource> {
  return (await withComputedAtOnce(dependencies, [resource]))[0] ?? resource;
}

/** The resources of a list, which are of one kind, with all that is computed of them: one question for all of them. */
export async function withComputedAtOnce(
  dependencies: ComputeDependencies,
  resources: readonly AnyResource[],
): Promise<readonly AnyResource[]> {
  const ids = resources.map(({ value }) => value.id);
  const { moneyAndLimits, keyUses } = dependencies.neighbours();
  switch (resources[0]?.case) {
    case 'limit': {
      const states = await moneyAndLimits?.limitStates(ids);
      return resources.map((resource, index) => withLimitState(resource, states?.[index]));
    }
    case 'key': {
      const uses = await keyUses?.lastUsedAtMs(ids);
      return resources.map((resource) => withLastUse(resource, uses?.get(resource.value.id)));
    }
    case 'team':
    case 'organisation':
      return withBalances(dependencies, resources);
    case 'user': {
      const [users, keys] = await Promise.all([
        withBalances(dependencies, resources),
        dependencies.mayReadKeys ? keysOf(dependencies, ids) : new Map<string, ApiKey[]>(),
      ]);
      return users.map((user) => withKeys(user, keys));
    }
    default:
      return resources;
  }
}

/** Payers with their balances; without them where quota can't be asked from here. */
async function withBalances(
  { neighbours }: Pick<ComputeDependencies, 'neighbours'>,
  resources: readonly AnyResource[],
): Promise<readonly AnyResource[]> {
  const payers = resources.flatMap((resource) => (isPayer(resource) ? [payerIn(resource)] : []));
  const balances = (await neighbours().moneyAndLimits?.balancesOf(payers)) ?? [];
  return resources.map((resource, index) => {
    const balance = balances[index];
    if (balance === undefined || !isPayer(resource)) return resource;
    return { case: resource.case, value: { ...resource.value, balance: shownBalance(balance) } } as AnyResource;
  });
}

type PayingResource = AnyResource<'user' | 'team' | 'organisation'>;

function isPayer(resource: AnyResource): resource is PayingResource {
  return resource.case === 'user' || resource.case === 'team' || resource.case === 'organisation';
}

function payerIn({ case: kind, value: { id } }: PayingResource): Payer {
  return { kind, id };
}

function withKeys(resource: AnyResource, keys: ReadonlyMap<string, ApiKey[]>): AnyResource {
  if (resource.case !== 'user') return resource;
  return { case: 'user', value: { ...resource.value, keys: keys.get(resource.value.id) ?? [] } };
}

/** A payer's balance as it is shown; nothing where quota can't be asked from here. */
export async function balanceOf(
  { neighbours }: Pick<ComputeDependencies, 'neighbours'>,
  payer: Payer,
): Promise<{ readonly balance?: Balance }> {
  const [balance] = (await neighbours().moneyAndLimits?.balancesOf([payer])) ?? [];
  return balance === undefined ? {} : { balance: shownBalance(balance) };
}

/** A balance as it is shown. */
export function shownBalance(balance: PayerBalance): Balance {
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

async function keysOf(
  dependencies: ComputeDependencies,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, ApiKey[]>> {
  const found = await readKeysOf(dependencies, userIds);
  const keys = found.map(({ resource }) => shown(resource, dependencies.nowMs));
  const resources = await withComputedAtOnce(dependencies, keys);
  const shownKeys = resources.flatMap((resource) => (resource.case === 'key' ? [resource.value] : []));
  return Map.groupBy(shownKeys, ({ userId }) => userId);
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
