import type pg from 'pg';
import type { LedgerLine, LedgerPort } from '#contracts/admin-needs.ts';
import { accounts } from '#money/posting.ts';

interface Row {
  readonly position: bigint;
  readonly at_ms: bigint;
  readonly type: LedgerLine['type'];
  readonly amount_nano_usd: bigint;
  readonly request_id: string;
  readonly credit_id: string;
  readonly reason: string;
}

/** The lines that moved a payer's balance, the newest first. */
export async function readLedgerLines(
  pool: Pick<pg.Pool, 'query'>,
  { payer, beforePosition, limit }: Parameters<LedgerPort['ledgerLines']>[0],
): Promise<readonly LedgerLine[]> {
  const { rows } = await pool.query<Row>(
    `select position, at_ms, type, amount_nano_usd, request_id, credit_id, reason
     from billing.ledger_line
     where account = $1 and ($2 = 0 or position < $2) order by position desc limit $3`,
    [accounts.payer(payer), beforePosition, limit],
  );
  return rows.map((row) => ({
    position: Number(row.position),
    atMs: Number(row.at_ms),
    type: row.type,
    amountNanoUsd: BigInt(row.amount_nano_usd),
    requestId: row.request_id,
    creditId: row.credit_id,
    reason: row.reason,
  }));
}
