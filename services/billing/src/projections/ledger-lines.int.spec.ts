import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import type { Payer } from '#contracts/admin-needs.ts';
import type { GatewayEvent } from '#contracts/events.ts';
import { startProjector } from '#journal/projector.ts';
import { replayProjection } from '#journal/replay.ts';
import { newId } from '#kernel/ids.ts';
import { migrate } from '#postgres/migrate.ts';
import { openPool } from '#postgres/pool.ts';
import { charged, credited } from '#testkit/events.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { test } from '#testkit/test.ts';
import { readLedgerLines } from '../queries/read-ledger-lines.ts';
import { ledgerLinesProjection } from './ledger-lines.ts';

const directory = fileURLToPath(new URL('../../migrations', import.meta.url));

const team: Payer = { kind: 'team', id: 't1' };
const user: Payer = { kind: 'user', id: 'u1' };

const teamCredited = credited('', 9n, {
  payerKind: 'team',
  payerId: 't1',
  creditId: 'c9',
  postings: [
    { account: 'team:t1', amountNanoUsd: '9' },
    { account: 'topups', amountNanoUsd: '-9' },
  ],
});

const debited: GatewayEvent<'BalanceDebited'> = {
  type: 'BalanceDebited',
  data: {
    debitId: 'd1',
    payer: user,
    amountNanoUsd: '400',
    reason: 'slip',
    postings: [
      { account: 'customer:u1', amountNanoUsd: '-400' },
      { account: 'topups', amountNanoUsd: '400' },
    ],
    debitedAtMs: '3',
    by: { actor: 'bootstrap', role: 'owner', action: 'debit', address: '', requestId: '' },
    undoesCreditId: 'c1',
  },
};

test("a payer's lines are read page by page, the newest first, and rebuilt equal", async () => {
  await using database = await createTemporaryDatabase();
  const pool = openPool({ connectionString: database.connectionString, max: 4, applicationName: 'ledger test' });
  await migrate(pool, { schema: 'billing', directory });
  const journal = createMemoryJournal();
  const logger = pino({ level: 'silent' });
  const events = [
    credited('u1', 1_000n, { reason: 'invoice', creditedAtMs: 1 }),
    teamCredited,
    charged({ requestId: 'r1', amountNanoUsd: 100n }),
    debited,
  ];
  for (const [index, event] of events.entries()) {
    const append = { stream: `s-${index}`, expectedVersion: 0, correlationId: '', causationId: '' };
    await journal.append({ ...append, events: [{ ...event, eventId: newId() }] });
  }
  const projector = await startProjector(ledgerLinesProjection, { journal, pool, logger });
  try {
    await projector.reached(await journal.head());
    const lines = await readLedgerLines(pool, { payer: user, beforePosition: 0, limit: 10 });
    assert.deepEqual(
      lines.map(({ type, amountNanoUsd, requestId, creditId, reason }) => [
        type,
        amountNanoUsd,
        requestId,
        creditId,
        reason,
      ]),
      [
        ['debit', -400n, '', 'c1', 'slip'],
        ['charge', -100n, 'r1', '', ''],
        ['credit', 1_000n, '', 'c1', 'invoice'],
      ],
    );
    const [older] = await readLedgerLines(pool, { payer: user, beforePosition: lines[0]?.position ?? 0, limit: 1 });
    assert.equal(older?.type, 'charge');
    const ofTeam = await readLedgerLines(pool, { payer: team, beforePosition: 0, limit: 10 });
    assert.deepEqual(
      ofTeam.map(({ amountNanoUsd }) => amountNanoUsd),
      [9n],
    );
    const report = await replayProjection(ledgerLinesProjection, { journal, pool });
    assert.deepEqual([report.isEqual, report.rows], [true, 4], report.differences.join('\n'));
  } finally {
    await projector.close();
    await pool.end();
  }
});
