import { create } from '@bufbuild/protobuf';
import type { AdminOutput } from '#contracts/admin.ts';
import type { LimitState } from '#contracts/admin-needs.ts';
import { type Limit, LimitSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import type { ResourceOf } from '#registry/kinds.ts';
import type { Registry } from '#registry/registry.ts';
import { type ComputeDependencies, withComputedAtOnce } from './computed-fields.ts';
import { ownerOfNothing } from './own-keys.ts';
import { payersOfUser } from './own-payer.ts';
import { readKeysOf } from './read-resources.ts';

type Dependencies = ComputeDependencies & { readonly registry: Pick<Registry, 'get' | 'all'> };

/**
 * The limits of a holder, of their keys, their team and their organisation. Limits of the gateway, of a provider and of a tag are
 * the house's own: what they count is other people's use as well.
 */
export async function listOwnLimits(dependencies: Dependencies, userId: string): Promise<AdminOutput<'listMyLimits'>> {
  const { registry } = dependencies;
  const user = registry.get('user', userId);
  if (user === undefined) throw ownerOfNothing('user');
  const keys = await readKeysOf(dependencies, [userId]);
  const subjects = new Set([
    ...payersOfUser(registry, user).payers.map(({ kind, id }) => `${kind}:${id}`),
    ...keys.map(({ resource }) => `key:${resource.value.id}`),
  ]);
  const own = [...registry.all('limit')]
    .filter(({ subject }) => subjects.has(`${subject?.kind}:${subject?.id}`))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((limit) => ({ case: 'limit', value: ownLimit(limit) }) as const);
  const whole = await withComputedAtOnce(dependencies, own);
  const listed = whole.flatMap(({ case: kind, value }) => (kind === 'limit' ? [value] : []));
  return { limits: [...(await requestsPerMinute(dependencies, user, listed)), ...listed], hasMore: false };
}

function ownLimit(limit: ResourceOf<'limit'>): Limit {
  const { id, subject, models, unit, period, amount, kind, raisedAmount, raisedUntil, createdAt } = limit;
  const told = { id, models, unit, period, amount, kind, raisedAmount, raisedUntil, createdAt };
  return create(LimitSchema, { ...told, ...(subject === undefined ? {} : { subject }) });
}

/** The limit that a user has without one of policy; quota knows what it is, by settings and configuration. */
async function requestsPerMinute(
  { neighbours }: Pick<Dependencies, 'neighbours'>,
  { id: userId }: ResourceOf<'user'>,
  listed: readonly Limit[],
): Promise<readonly Limit[]> {
  const id = `user-${userId}-requests-per-minute`;
  if (listed.some((limit) => limit.id === id)) return [];
  const [state] = (await neighbours().moneyAndLimits?.limitStates([id])) ?? [];
  return state === undefined || state.amount === 0n ? [] : [withoutPolicy(userId, state)];
}

function withoutPolicy(userId: string, { limitId, amount, used, held, left, resetsAtMs }: LimitState): Limit {
  return create(LimitSchema, {
    ...{ id: limitId, subject: { kind: 'user', id: userId }, unit: 'requests', period: 'minute', kind: 'hard' },
    ...{ amount: String(amount), used: String(used), held: String(held), left: String(left) },
    resetsAt: resetsAtMs === null ? '' : new Date(resetsAtMs).toISOString(),
  });
}
