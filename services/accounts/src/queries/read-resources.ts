import type pg from 'pg';
import { resourceFromJson } from '#registry/changes.ts';
import { type AnyResource, emptyResource, factsOf, type Kind } from '#registry/kinds.ts';
import { SINGLE_ID } from '#registry/registry.ts';
import type { Logger } from '#telemetry/logger.ts';
import { openUser } from '../adapters/user-seals.ts';
import type { ListClauses } from './list-clauses.ts';

export interface ReadDependencies {
  readonly pool: Pick<pg.Pool, 'query'>;
  readonly logger: Pick<Logger, 'error'>;
}

/** A resource as it was read, its sealed fields open. */
export interface FoundResource {
  readonly resource: AnyResource;
  readonly version: number;
}

interface Row {
  readonly kind: string;
  readonly state: object;
  readonly version: bigint;
  /** Of users; null: the person is forgotten. */
  readonly subject_key: Buffer | null;
}

const SELECT = `
  select kind, state, version, key as subject_key
  from accounts.resource left join accounts.subject_key on kind = 'user' and user_id = id`;

/** One resource as the tables stand; undefined: there is none. */
export async function readResource(
  dependencies: ReadDependencies,
  kind: Kind,
  id: string,
): Promise<FoundResource | undefined> {
  const sql = `${SELECT} where kind = $1 and id = $2 and removed_at_ms is null`;
  const { rows } = await dependencies.pool.query<Row>(sql, [kind, id]);
  const [found] = foundIn(dependencies, rows);
  if (found !== undefined || !factsOf(kind).options.isSingle || id !== SINGLE_ID) return found;
  return { resource: { case: kind, value: emptyResource(kind, id) } as AnyResource, version: 0 };
}

/** The resources of a page. */
export async function readPage(
  dependencies: ReadDependencies,
  { conditions, order, values }: ListClauses,
  limit: number,
): Promise<readonly FoundResource[]> {
  const sql = `${SELECT} where ${conditions.join(' and ')} order by ${order} limit ${limit}`;
  const { rows } = await dependencies.pool.query<Row>(sql, [...values]);
  return foundIn(dependencies, rows);
}

/** Whether there is, or was, a resource of an id. */
export async function isKnown({ pool }: Pick<ReadDependencies, 'pool'>, kind: Kind, id: string): Promise<boolean> {
  const { rows } = await pool.query('select from accounts.resource where kind = $1 and id = $2', [kind, id]);
  return rows.length > 0;
}

/** The keys of a user, oldest first. */
export async function readKeysOf(dependencies: ReadDependencies, userId: string): Promise<readonly FoundResource[]> {
  const sql = `${SELECT}
    where kind = 'key' and state->>'userId' = $1 and removed_at_ms is null order by created_at_ms, id`;
  const { rows } = await dependencies.pool.query<Row>(sql, [userId]);
  return foundIn(dependencies, rows);
}

function foundIn({ logger }: ReadDependencies, rows: readonly Row[]): readonly FoundResource[] {
  return rows.flatMap(({ kind, state, version, subject_key: subjectKey }) => {
    const resource = resourceFromJson({ [kind]: state });
    if (resource === undefined) return [];
    const opened: AnyResource =
      resource.case === 'user'
        ? { case: 'user', value: openUser(resource.value, subjectKey ?? undefined, logger) }
        : resource;
    return [{ resource: opened, version: Number(version) }];
  });
}
