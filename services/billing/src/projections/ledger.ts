import type { Projection } from '#journal/projection.ts';
import { bigintArray, textArray } from '#postgres/binary-array.ts';

/**
 * The balance of every account: all postings of all entries. A customer's balance is the money neither used nor paid
 * back.
 */
export const ledgerProjection: Projection = {
  name: 'billing.ledger',
  schema: 'billing',
  tables: ['ledger'],
  types: ['BalanceCredited', 'BalanceDebited', 'ChargePosted', 'ShadowCostPosted'],
  async apply(transaction, events) {
    const totals = new Map<string, { amountNanoUsd: bigint; entries: number }>();
    for (const event of events) {
      if (!('postings' in event.data)) continue;
      for (const { account, amountNanoUsd } of event.data.postings) {
        const total = totals.get(account) ?? { amountNanoUsd: 0n, entries: 0 };
        totals.set(account, total);
        total.amountNanoUsd += BigInt(amountNanoUsd);
        total.entries += 1;
      }
    }
    if (totals.size === 0) return;
    const amounts = [...totals.values()];
    await transaction.query(
      `insert into ledger as total (account, balance_nano_usd, entries)
       select * from unnest($1::text[], $2::numeric[], $3::bigint[])
       on conflict (account) do update set
         balance_nano_usd = total.balance_nano_usd + excluded.balance_nano_usd,
         entries = total.entries + excluded.entries`,
      [
        textArray([...totals.keys()]),
        amounts.map(({ amountNanoUsd }) => String(amountNanoUsd)),
        bigintArray(amounts.map(({ entries }) => entries)),
      ],
    );
  },
};
