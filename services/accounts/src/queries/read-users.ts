import type pg from 'pg';
import type { KeyView, UserView } from '#contracts/accounts.ts';
import type { Logger } from '#telemetry/logger.ts';
import { openProfile } from '../adapters/sealed-profile.ts';
import type { Profile } from '../ports.ts';

export interface ReadDependencies {
  readonly pool: Pick<pg.Pool, 'query'>;
  readonly logger: Pick<Logger, 'error'>;
}

interface UserRow {
  readonly user_id: string;
  readonly sealed_profile: string;
  readonly requests_per_minute: number;
  readonly multiplier_basis_points: number;
  readonly created_at_ms: string | bigint;
  /** Null: the person is forgotten. */
  readonly subject_key: Buffer | null;
}

interface KeyRow {
  readonly key_id: string;
  readonly user_id: string;
  readonly name: string;
  readonly prefix: string;
  readonly created_at_ms: string | bigint;
  readonly is_revoked: boolean;
}

const SELECT_USER = `
  select user_id, sealed_profile, requests_per_minute, multiplier_basis_points, created_at_ms, key as subject_key
  from accounts.app_user left join accounts.subject_key using (user_id)`;

/** One user with its keys, as the read model stands; undefined where it has none. */
export async function readUser(dependencies: ReadDependencies, userId: string): Promise<UserView | undefined> {
  const { rows } = await dependencies.pool.query<UserRow>(`${SELECT_USER} where user_id = $1`, [userId]);
  const [view] = await withKeys(dependencies, rows);
  return view;
}

/** The next users by id, with their keys. */
export async function readUsers(
  dependencies: ReadDependencies,
  { afterUserId, limit }: { readonly afterUserId: string; readonly limit: number },
): Promise<UserView[]> {
  const sql = `${SELECT_USER} where user_id > $1 order by user_id limit $2`;
  const { rows } = await dependencies.pool.query<UserRow>(sql, [afterUserId, limit]);
  return withKeys(dependencies, rows);
}

async function withKeys(dependencies: ReadDependencies, users: readonly UserRow[]): Promise<UserView[]> {
  if (users.length === 0) return [];
  const { rows } = await dependencies.pool.query<KeyRow>(
    `select key_id, user_id, name, prefix, created_at_ms, revoked_at_ms is not null as is_revoked
     from accounts.api_key where user_id = any($1::text[]) order by user_id, created_at_ms, key_id`,
    [users.map((user) => user.user_id)],
  );
  const keysByUser = Map.groupBy(rows, (key) => key.user_id);
  return users.map((user) => ({
    userId: user.user_id,
    ...profileOf(dependencies, user),
    requestsPerMinute: user.requests_per_minute,
    multiplierBasisPoints: user.multiplier_basis_points,
    createdAtMs: Number(user.created_at_ms),
    keys: (keysByUser.get(user.user_id) ?? []).map(keyViewOf),
  }));
}

function profileOf({ logger }: ReadDependencies, user: UserRow): Profile {
  const forgotten = { name: '', email: '' };
  if (user.subject_key === null) return forgotten;
  const profile = openProfile(user.subject_key, user.user_id, user.sealed_profile);
  // One bad row must not keep an operator from reading the others.
  if (profile === undefined) logger.error({ userId: user.user_id }, 'a sealed profile does not open under its key');
  return profile ?? forgotten;
}

function keyViewOf(row: KeyRow): KeyView {
  return {
    keyId: row.key_id,
    name: row.name,
    prefix: row.prefix,
    isRevoked: row.is_revoked,
    createdAtMs: Number(row.created_at_ms),
  };
}
