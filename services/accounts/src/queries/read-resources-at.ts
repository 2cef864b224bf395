import type pg from 'pg';
import type { JsonObject } from '#kernel/json.ts';
import type { Kind } from '#registry/kinds.ts';

/** A resource as it was at a position of the log. */
export interface ResourceRowAt {
  readonly id: string;
  readonly state: JsonObject;
  /** The change that made it so. */
  readonly position: bigint;
  readonly at_ms: bigint;
  readonly actor: string;
  readonly action: string;
  /** The newest change. */
  readonly now_position: bigint;
  readonly is_removed: boolean;
  readonly subject_key: Buffer | null;
}

interface Asked {
  readonly kind: Kind;
  readonly position: number;
}

/** Credits and debits name a payer, and change none of its fields. */
const MONEY = `('credit', 'debit')`;

/** The last change of each resource up to a position, by the log of actions: an index look-up for each resource. */
const SELECT = `
  select resource.id, change.after as state, change.position, change.at_ms, change.actor, change.action,
    resource.position as now_position, resource.removed_at_ms is not null as is_removed, key as subject_key
  from accounts.resource
  cross join lateral (
    select after, position, at_ms, actor, action from accounts.audit_log log
    where log.kind = resource.kind and log.id = resource.id and log.position <= $2 and action not in ${MONEY}
    order by position desc limit 1
  ) as change
  left join accounts.subject_key on resource.kind = 'user' and user_id = resource.id
  where resource.kind = $1 and change.after is not null`;

/** Resources of a kind that were there at a position, by id, those behind `after`. */
export async function readResourcesAt(
  pool: Pick<pg.Pool, 'query'>,
  { kind, position, after, limit }: Asked & { readonly after: string; readonly limit: number },
): Promise<readonly ResourceRowAt[]> {
  const sql = `${SELECT} and resource.id > $3 order by resource.id limit $4`;
  return (await pool.query<ResourceRowAt>(sql, [kind, position, after, limit])).rows;
}

/** One resource as it was at a position; undefined: it was not there. */
export async function readResourceAt(
  pool: Pick<pg.Pool, 'query'>,
  { kind, position, id }: Asked & { readonly id: string },
): Promise<ResourceRowAt | undefined> {
  return (await pool.query<ResourceRowAt>(`${SELECT} and resource.id = $3`, [kind, position, id])).rows[0];
}
