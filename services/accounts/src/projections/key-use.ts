import type { Projection } from '#journal/projection.ts';

const MINUTE_MS = 60_000;

/** When each key was last used, to the minute. A key's row is written once a minute at most, however much it is used. */
export const keyUse: Projection = {
  name: 'accounts.key_use',
  schema: 'accounts',
  tables: ['key_use'],
  types: ['RequestAdmitted'],
  async apply(transaction, events) {
    const minutes = new Map<string, number>();
    for (const event of events) {
      if (event.type !== 'RequestAdmitted') continue;
      const { keyId, admittedAtMs } = event.data;
      // The caller showed the token of an identity provider.
      if (keyId === '') continue;
      const minute = Math.floor(Number(admittedAtMs) / MINUTE_MS);
      minutes.set(keyId, Math.max(minute, minutes.get(keyId) ?? 0));
    }
    if (minutes.size === 0) return;
    await transaction.query(
      `insert into key_use as known (key_id, last_used_minute)
       select * from unnest($1::text[], $2::bigint[])
       on conflict (key_id) do update set last_used_minute = excluded.last_used_minute
       where known.last_used_minute < excluded.last_used_minute`,
      [[...minutes.keys()], [...minutes.values()]],
    );
  },
};
