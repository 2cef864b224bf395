import type { EventBodies } from '#contracts/events.ts';
import type { Projection, Transaction } from '#journal/projection.ts';
import { bigintArray, textArray } from '#postgres/binary-array.ts';

/** A row's sums over one batch. */
interface Sums {
  readonly userId: string;
  readonly day: string;
  readonly model: string;
  requests: number;
  readonly quantities: Map<string, number>;
  amountNanoUsd: bigint;
}

/** Each user's use and cost by day and model. Computed from the charges alone, whose lines hold the quantities. */
export const usageUnitsProjection: Projection = {
  name: 'billing.usage_units',
  schema: 'billing',
  tables: ['usage_day', 'usage_day_unit'],
  types: ['ChargePosted'],
  async apply(transaction, events) {
    const rows = new Map<string, Sums>();
    for (const event of events) if (event.type === 'ChargePosted') addCharge(rows, event.data);
    if (rows.size === 0) return;
    const sums = [...rows.values()];
    await addRequests(transaction, sums);
    await addQuantities(transaction, sums);
  },
};

async function addRequests(transaction: Transaction, sums: readonly Sums[]): Promise<void> {
  await transaction.query(
    `insert into usage_day as total (user_id, day, model, requests, amount_nano_usd)
     select user_id, day::date, model, requests, amount
     from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
       as added (user_id, day, model, requests, amount)
     on conflict (user_id, day, model) do update set
       requests = total.requests + excluded.requests,
       amount_nano_usd = total.amount_nano_usd + excluded.amount_nano_usd`,
    [
      textArray(sums.map((row) => row.userId)),
      textArray(sums.map((row) => row.day)),
      textArray(sums.map((row) => row.model)),
      bigintArray(sums.map((row) => row.requests)),
      bigintArray(sums.map((row) => row.amountNanoUsd)),
    ],
  );
}

async function addQuantities(transaction: Transaction, sums: readonly Sums[]): Promise<void> {
  const used = sums.flatMap(({ quantities, ...row }) =>
    Array.from(quantities, ([unit, quantity]) => ({ ...row, unit, quantity })),
  );
  if (used.length === 0) return;
  await transaction.query(
    `insert into usage_day_unit as total (user_id, day, model, unit, quantity)
     select user_id, day::date, model, unit, quantity
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[])
       as added (user_id, day, model, unit, quantity)
     on conflict (user_id, day, model, unit) do update set quantity = total.quantity + excluded.quantity`,
    [
      textArray(used.map((row) => row.userId)),
      textArray(used.map((row) => row.day)),
      textArray(used.map((row) => row.model)),
      textArray(used.map((row) => row.unit)),
      bigintArray(used.map((row) => row.quantity)),
    ],
  );
}

function addCharge(rows: Map<string, Sums>, charge: EventBodies['ChargePosted']): void {
  // No provider answered, so nothing was used and nothing is owed.
  if (charge.priceKey === '') return;
  const { userId } = charge;
  const day = new Date(Number(charge.postedAtMs)).toISOString().slice(0, 'YYYY-MM-DD'.length);
  const model = pricedModel(charge.priceKey);
  const key = JSON.stringify([userId, day, model]);
  const row = rows.get(key) ?? { userId, day, model, requests: 0, quantities: new Map(), amountNanoUsd: 0n };
  rows.set(key, row);
  row.requests += 1;
  row.amountNanoUsd += BigInt(charge.amountNanoUsd);
  for (const { unit, quantity } of charge.lines) row.quantities.set(unit, (row.quantities.get(unit) ?? 0) + quantity);
}

/** The answering model under its price's name: <catalogue>/<model>. */
function pricedModel(priceKey: string): string {
  return priceKey.slice(priceKey.indexOf('/') + 1);
}
