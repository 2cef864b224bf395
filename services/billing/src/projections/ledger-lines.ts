import type { GatewayEvent } from '#contracts/events.ts';
import type { Projection } from '#journal/projection.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { accounts } from '#money/posting.ts';
import { bigintArray, textArray } from '#postgres/binary-array.ts';

interface Line {
  readonly account: string;
  readonly position: number;
  readonly atMs: string;
  readonly type: 'credit' | 'debit' | 'charge';
  readonly amountNanoUsd: string;
  readonly requestId: string;
  readonly creditId: string;
  readonly reason: string;
}

type LineFacts = Omit<Line, 'account' | 'position' | 'amountNanoUsd'>;

/** The house's own accounts: every other one is a payer's. */
const houseAccounts: ReadonlySet<string> = new Set([
  accounts.revenue,
  accounts.houseOverrun,
  accounts.houseAttempts,
  accounts.houseShadow,
  accounts.providerCosts,
  accounts.topups,
]);

/** The lines that moved the balance of a user, team or organisation. */
export const ledgerLinesProjection: Projection = {
  name: 'billing.ledger_lines',
  schema: 'billing',
  tables: ['ledger_line'],
  types: ['BalanceCredited', 'BalanceDebited', 'ChargePosted'],
  async apply(transaction, events) {
    const lines = events.flatMap(linesOf);
    if (lines.length === 0) return;
    await transaction.query(
      `insert into ledger_line (account, position, at_ms, type, amount_nano_usd, request_id, credit_id, reason)
       select * from unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::text[],
                            $8::text[])`,
      [
        textArray(lines.map(({ account }) => account)),
        bigintArray(lines.map(({ position }) => position)),
        bigintArray(lines.map(({ atMs }) => BigInt(atMs))),
        textArray(lines.map(({ type }) => type)),
        bigintArray(lines.map(({ amountNanoUsd }) => BigInt(amountNanoUsd))),
        textArray(lines.map(({ requestId }) => requestId)),
        textArray(lines.map(({ creditId }) => creditId)),
        textArray(lines.map(({ reason }) => reason)),
      ],
    );
  },
};

/** What an event moved of payers' balances. */
export function linesOf(event: RecordedEvent): readonly Line[] {
  const facts = factsOf(event);
  if (facts === undefined || !('postings' in event.data)) return [];
  const { position } = event;
  return event.data.postings
    .filter(({ account }) => !houseAccounts.has(account))
    .map(({ account, amountNanoUsd }) => ({ ...facts, account, position, amountNanoUsd }));
}

function factsOf({ type, data }: GatewayEvent): LineFacts | undefined {
  switch (type) {
    case 'BalanceCredited': {
      const { creditId, reason, creditedAtMs: atMs } = data;
      return { type: 'credit', atMs, requestId: '', creditId, reason };
    }
    case 'BalanceDebited': {
      const { undoesCreditId: creditId, reason, debitedAtMs: atMs } = data;
      return { type: 'debit', atMs, requestId: '', creditId, reason };
    }
    case 'ChargePosted':
      return { type: 'charge', atMs: data.postedAtMs, requestId: data.requestId, creditId: '', reason: '' };
    default:
      return undefined;
  }
}
