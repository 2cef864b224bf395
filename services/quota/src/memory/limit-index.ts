import { namePattern } from '#kernel/name-pattern.ts';
import { parseUsd } from '#money/nano-usd.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import type { Registry } from '#registry/registry.ts';
import { type Limit, type LimitKind, type LimitPeriod, type LimitUnit, OWN_GENERATION } from '../domain/limit/limit.ts';

/** Whose limit it is. */
export interface LimitSubject {
  readonly kind: 'gateway' | 'organisation' | 'team' | 'user' | 'key' | 'tag' | 'provider';
  /** Empty for the gateway. */
  readonly id: string;
}

/** A limit of policy, ready for decisions. */
export interface IndexedLimit {
  readonly limit: Limit;
  readonly subject: LimitSubject;
  /** Whether it counts requests of a model, as the client named it. */
  readonly matches: (model: string) => boolean;
}

/** The limits of policy by whom they are of, so that a decision looks at those that matter to it and at no others. */
export interface LimitIndex {
  of(kind: LimitSubject['kind'], id: string): readonly IndexedLimit[];
  find(limitId: string): IndexedLimit | undefined;
}

/** An index that the registry keeps up to date. */
export function createLimitIndex(registry: Pick<Registry, 'all' | 'watch'>): LimitIndex {
  /** By kind and id: a key made of both for each look-up would be hashed each time. */
  const bySubject = new Map<string, Map<string, IndexedLimit[]>>();
  const byId = new Map<string, IndexedLimit>();

  function remove(limitId: string): void {
    const indexed = byId.get(limitId);
    if (indexed === undefined) return;
    byId.delete(limitId);
    const { kind, id } = indexed.subject;
    const ofKind = bySubject.get(kind);
    const rest = (ofKind?.get(id) ?? []).filter((other) => other !== indexed);
    if (rest.length === 0) ofKind?.delete(id);
    else ofKind?.set(id, rest);
  }

  function add(resource: ResourceOf<'limit'>): void {
    const indexed = indexedLimit(resource);
    byId.set(resource.id, indexed);
    const { kind, id } = indexed.subject;
    const ofKind = bySubject.get(kind) ?? new Map<string, IndexedLimit[]>();
    bySubject.set(kind, ofKind);
    ofKind.set(id, [...(ofKind.get(id) ?? []), indexed]);
  }

  // No event between the two: both in one turn.
  for (const resource of registry.all('limit')) add(resource);
  registry.watch('limit', (before, after) => {
    if (before !== undefined) remove(before.id);
    if (after !== undefined) add(after);
  });

  return {
    of: (kind, id) => bySubject.get(kind)?.get(id) ?? none,
    find: (limitId) => byId.get(limitId),
  };
}

const none: readonly IndexedLimit[] = [];

/** The most requests a minute of a user, as a limit. */
export function requestsPerMinuteLimit(limitId: string, requestsPerMinute: number): Limit {
  return {
    limitId,
    generation: OWN_GENERATION,
    unit: 'requests',
    period: 'minute',
    kind: 'hard',
    amount: BigInt(requestsPerMinute),
    raise: undefined,
    provider: '',
  };
}

export function requestsPerMinuteLimitId(userId: string): string {
  return `user-${userId}-requests-per-minute`;
}

/** The user of such a limit; undefined: it is another limit. */
export function userOfLimitId(limitId: string): string | undefined {
  return /^user-(.+)-requests-per-minute$/.exec(limitId)?.[1];
}

function indexedLimit(resource: ResourceOf<'limit'>): IndexedLimit {
  const subject = {
    kind: (resource.subject?.kind ?? 'gateway') as LimitSubject['kind'],
    id: resource.subject?.id ?? '',
  };
  const unit = resource.unit as LimitUnit;
  const amountOf = (text: string): bigint => (unit === 'cost' ? parseUsd(text) : BigInt(text));
  const { raisedAmount, raisedUntil } = resource;
  return {
    subject,
    matches: resource.models === '' ? () => true : namePattern(resource.models).fits,
    limit: {
      limitId: resource.id,
      generation: resource.generation,
      unit,
      period: resource.period as LimitPeriod,
      kind: resource.kind === '' ? usualKind(unit) : (resource.kind as LimitKind),
      amount: amountOf(resource.amount),
      raise:
        raisedAmount === '' || raisedUntil === ''
          ? undefined
          : { amount: amountOf(raisedAmount), untilMs: Date.parse(raisedUntil) },
      provider: subject.kind === 'provider' ? subject.id : '',
    },
  };
}

/** A byte bound would make a hard limit of tokens useless, and an estimate a limit of money unsafe. */
function usualKind(unit: LimitUnit): LimitKind {
  return unit === 'cost' || unit === 'requests' ? 'hard' : 'rate';
}
