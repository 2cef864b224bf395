import type pg from 'pg';
import type { Payer } from '#contracts/admin-needs.ts';

export interface FoundCredit {
  readonly creditId: string;
  readonly payer: Payer;
  readonly amountNanoUsd: bigint;
  /** The debit that took it back; null: none did. */
  readonly undoneBy: string | null;
}

/** A credit by its id, as the tables stand; undefined: there is none. */
export async function findCredit(pool: Pick<pg.Pool, 'query'>, creditId: string): Promise<FoundCredit | undefined> {
  const { rows } = await pool.query<{
    payer_kind: Payer['kind'];
    payer_id: string;
    amount_nano_usd: bigint;
    undone_by: string | null;
  }>('select payer_kind, payer_id, amount_nano_usd, undone_by from accounts.credit where credit_id = $1', [creditId]);
  const [row] = rows;
  if (row === undefined) return undefined;
  const { payer_kind: kind, payer_id: id, amount_nano_usd: amountNanoUsd, undone_by: undoneBy } = row;
  return { creditId, payer: { kind, id }, amountNanoUsd, undoneBy };
}
