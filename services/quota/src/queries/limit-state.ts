import type { LimitState } from '#contracts/admin-needs.ts';
import type { Registry } from '#registry/registry.ts';
import type { Limit } from '../domain/limit/limit.ts';
import { type DecisionSources, isOfOrganisation, ownLimit, standingOf } from '../memory/decision-state.ts';
import { type LimitSubject, userOfLimitId } from '../memory/limit-index.ts';

/** How a limit stands; one that is not known has nothing used, and nothing left. */
export function limitState(sources: DecisionSources, limitId: string, nowMs: number): LimitState {
  const found = findLimit(sources, limitId);
  if (found === undefined) return { limitId, amount: 0n, used: 0n, held: 0n, left: 0n, resetsAtMs: null };
  const standing = standingOf(sources, found.limit, nowMs, found.timeZone);
  const { left } = standing;
  return {
    limitId,
    amount: standing.allowed,
    used: standing.used,
    held: standing.held,
    left: left < 0n ? 0n : left,
    resetsAtMs: standing.window.endMs,
  };
}

function findLimit(
  sources: DecisionSources,
  limitId: string,
): { readonly limit: Limit; readonly timeZone: string } | undefined {
  const indexed = sources.limits.find(limitId);
  if (indexed !== undefined) return { limit: indexed.limit, timeZone: timeZoneOf(sources.registry, indexed.subject) };
  const user = sources.registry.get('user', userOfLimitId(limitId) ?? '');
  const [limit] = user === undefined ? [] : ownLimit(sources, user);
  return limit && { limit, timeZone: '' };
}

/** The organisation's of a subject that belongs to one; else UTC. */
function timeZoneOf(registry: Pick<Registry, 'get'>, { kind, id }: LimitSubject): string {
  if (!isOfOrganisation(kind)) return '';
  if (kind === 'organisation') return registry.get('organisation', id)?.timeZone ?? '';
  const userId = kind === 'key' ? (registry.get('key', id)?.userId ?? '') : id;
  const teamId = kind === 'team' ? id : (registry.get('user', userId)?.teamId ?? '');
  const organisationId = registry.get('team', teamId)?.organisationId ?? '';
  return registry.get('organisation', organisationId)?.timeZone ?? '';
}
