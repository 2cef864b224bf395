import type { EventBodies, EventType } from '#contracts/events.ts';
import type { Projection, Transaction } from '#journal/projection.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';

/** Users and their keys, for reads and for the start. One statement for each kind of event in a batch. */
export const directory: Projection = {
  name: 'accounts.directory',
  schema: 'accounts',
  tables: ['app_user', 'api_key'],
  types: ['UserCreated', 'ApiKeyCreated', 'ApiKeyRevoked'],
  async apply(transaction, events) {
    await insertUsers(transaction, bodiesOf(events, 'UserCreated'));
    await insertKeys(transaction, bodiesOf(events, 'ApiKeyCreated'));
    // A key is revoked once, and after it was created: last in the batch is always right.
    await revokeKeys(transaction, bodiesOf(events, 'ApiKeyRevoked'));
  },
};

async function insertUsers(transaction: Transaction, users: Bodies<'UserCreated'>): Promise<void> {
  if (users.length === 0) return;
  await transaction.query(
    `insert into app_user (user_id, sealed_profile, requests_per_minute, multiplier_basis_points, created_at_ms)
     select * from unnest($1::text[], $2::text[], $3::integer[], $4::integer[], $5::bigint[])`,
    [
      users.map((user) => user.userId),
      users.map((user) => user.sealedProfile),
      users.map((user) => user.requestsPerMinute),
      users.map((user) => user.multiplierBasisPoints),
      users.map((user) => user.createdAtMs),
    ],
  );
}

async function insertKeys(transaction: Transaction, keys: Bodies<'ApiKeyCreated'>): Promise<void> {
  if (keys.length === 0) return;
  await transaction.query(
    `insert into api_key (key_id, user_id, key_hash, prefix, name, created_at_ms)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])`,
    [
      keys.map((key) => key.keyId),
      keys.map((key) => key.userId),
      keys.map((key) => key.keyHash),
      keys.map((key) => key.prefix),
      keys.map((key) => key.name),
      keys.map((key) => key.createdAtMs),
    ],
  );
}

async function revokeKeys(transaction: Transaction, keys: Bodies<'ApiKeyRevoked'>): Promise<void> {
  if (keys.length === 0) return;
  await transaction.query(
    `update api_key set revoked_at_ms = revoked.at_ms
     from unnest($1::text[], $2::bigint[]) as revoked (key_id, at_ms) where api_key.key_id = revoked.key_id`,
    [keys.map((key) => key.keyId), keys.map((key) => key.revokedAtMs)],
  );
}

type Bodies<T extends EventType> = readonly EventBodies[T][];

function bodiesOf<T extends EventType>(events: readonly RecordedEvent[], type: T): Bodies<T> {
  return events.filter((event) => event.type === type).map((event) => event.data as EventBodies[T]);
}
