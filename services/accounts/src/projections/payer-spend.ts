import { payerKey, payerOf } from '#contracts/payer.ts';
import type { Projection } from '#journal/projection.ts';

const DAY_MS = 86_400_000;

/** What each payer was charged, by the day (UTC). A payer's row is written once a batch, however many charges it has. */
export const payerSpend: Projection = {
  name: 'accounts.payer_spend',
  schema: 'accounts',
  tables: ['payer_spend'],
  types: ['ChargePosted'],
  async apply(transaction, events) {
    const spent = new Map<string, { kind: string; id: string; day: number; amountNanoUsd: bigint }>();
    for (const event of events) {
      if (event.type !== 'ChargePosted') continue;
      const amountNanoUsd = BigInt(event.data.amountNanoUsd);
      if (amountNanoUsd === 0n) continue;
      const payer = payerOf(event.data);
      const day = Math.floor(Number(event.data.postedAtMs) / DAY_MS);
      const key = `${payerKey(payer)} ${day}`;
      const before = spent.get(key)?.amountNanoUsd ?? 0n;
      spent.set(key, { ...payer, day, amountNanoUsd: before + amountNanoUsd });
    }
    if (spent.size === 0) return;
    const rows = [...spent.values()];
    await transaction.query(
      `insert into payer_spend as known (payer_kind, payer_id, day, amount_nano_usd)
       select * from unnest($1::text[], $2::text[], $3::integer[], $4::bigint[])
       on conflict (payer_kind, payer_id, day) do update set amount_nano_usd = known.amount_nano_usd + excluded.amount_nano_usd`,
      [
        rows.map(({ kind }) => kind),
        rows.map(({ id }) => id),
        rows.map(({ day }) => day),
        rows.map(({ amountNanoUsd }) => amountNanoUsd),
      ],
    );
  },
};
