import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { pino } from 'pino';
import { createSumsByPayer } from '#audit/account-sums.ts';
import type { BalanceAtLine, BalancesAtQuery, Payer } from '#contracts/admin-needs.ts';
import type { GatewayEvent } from '#contracts/events.ts';
import { payerKey } from '#contracts/payer.ts';
import type { Journal } from '#journal/journal.ts';
import { startProjector } from '#journal/projector.ts';
import { replayProjection } from '#journal/replay.ts';
import { newId } from '#kernel/ids.ts';
import { migrate } from '#postgres/migrate.ts';
import { openPool } from '#postgres/pool.ts';
import { charged, credited, debited } from '#testkit/events.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { test } from '#testkit/test.ts';
import { readBalancesAt } from '../queries/read-balances-at.ts';
import { balanceHoursProjection } from './balance-hours.ts';
import { ledgerLinesProjection } from './ledger-lines.ts';

const directory = fileURLToPath(new URL('../../migrations', import.meta.url));
const logger = pino({ level: 'silent' });
const BEGAN_AT_MS = Date.UTC(2026, 0, 15, 12);

const payers: readonly Payer[] = [
  { kind: 'user', id: 'u1' },
  // Names that hold what separates kinds, and that sort about the others.
  { kind: 'user', id: 'team:t1' },
  { kind: 'team', id: 't1' },
  { kind: 'organisation', id: 'o/1' },
];

const anyPayer = fc.constantFrom(...payers);
const anyAmount = fc.bigInt({ min: 1n, max: 10_000_000_000_000n });

const anyMove: fc.Arbitrary<GatewayEvent> = fc.oneof(
  fc.tuple(anyPayer, anyAmount).map(([payer, amount]) => creditOf(payer, amount)),
  fc.tuple(anyPayer, anyAmount).map(([payer, amount]) => debited(payer, amount)),
  { weight: 3, arbitrary: fc.tuple(anyPayer, fc.bigInt({ min: 0n, max: 10_000n })).map(chargeOf) },
);

/** Mostly within an hour of each other, at times hours apart. */
const anyPauseMs = fc.oneof(fc.constant(0), fc.nat(600_000), fc.nat(20_000_000));

function creditOf({ kind, id }: Payer, amount: bigint): GatewayEvent {
  return kind === 'user' ? credited(id, amount) : credited('', amount, { payerKind: kind, payerId: id });
}

function chargeOf([{ kind, id }, amountNanoUsd]: readonly [Payer, bigint]): GatewayEvent {
  const payer = kind === 'user' ? { userId: id } : { payerKind: kind, payerId: id };
  return charged({ requestId: newId(), amountNanoUsd, ...payer });
}

interface Case {
  readonly moves: readonly (readonly [GatewayEvent, number])[];
  readonly places: readonly number[];
}

const anyCase: fc.Arbitrary<Case> = fc.record({
  moves: fc.array(fc.tuple(anyMove, anyPauseMs), { minLength: 1, maxLength: 60 }),
  places: fc.array(fc.nat(60), { minLength: 1, maxLength: 8 }),
});

test('balances at any position are what the log up to there adds up to, in every order, page by page', async () => {
  await using database = await createTemporaryDatabase();
  const pool = openPool({ connectionString: database.connectionString, max: 4, applicationName: 'balances test' });
  try {
    await migrate(pool, { schema: 'billing', directory });
    const holds = async ({ moves, places }: Case): Promise<void> => {
      await pool.query('truncate billing.checkpoint, billing.ledger_line, billing.balance_hour');
      let nowMs = BEGAN_AT_MS;
      const journal = createMemoryJournal(() => nowMs);
      const projections = [ledgerLinesProjection, balanceHoursProjection];
      const pause = async (): Promise<void> => {};
      const projectors = await Promise.all(
        projections.map((each) => startProjector(each, { journal, pool, logger, pause })),
      );
      for (const [index, [event, pauseMs]] of moves.entries()) {
        nowMs += pauseMs;
        const append = { stream: `s-${index}`, expectedVersion: 0, correlationId: '', causationId: '' };
        await journal.append({ ...append, events: [{ ...event, eventId: newId() }] });
        // Batches end wherever they do.
        if (index % 7 === 6) await projectors[1]?.reached(index + 1);
      }
      await Promise.all(projectors.map((projector) => projector.reached(moves.length)));
      const head = await balancesIn(journal, moves.length);
      for (const place of [0, ...places, moves.length]) {
        const position = Math.min(place, moves.length);
        const { sums, recordedAtMs } = await balancesIn(journal, position);
        const expected = sums.map((line) => ({ ...line, balanceNowNanoUsd: balanceOf(head.sums, line.payer) }));
        for (const sort of ['id', 'balance', '-balance'] as const) {
          const query = { position, recordedAtMs, payerKind: '', sort, after: undefined, limit: 100 } as const;
          const lines = await readBalancesAt(pool, query);
          assert.deepEqual(byPayer(lines), byPayer(expected), `${sort} at ${position}`);
          assert.deepEqual(lines, inOrder(lines, sort));
          assert.deepEqual(await inPages(query), lines);
        }
      }
      await Promise.all(projectors.map((projector) => projector.close()));
      const report = await replayProjection(balanceHoursProjection, { journal, pool });
      assert.ok(report.isEqual, report.differences.join('\n'));
    };
    const inPages = async (query: BalancesAtQuery): Promise<BalanceAtLine[]> => {
      const lines: BalanceAtLine[] = [];
      for (;;) {
        const [line] = await readBalancesAt(pool, { ...query, after: lines.at(-1)?.payer, limit: 1 });
        if (line === undefined) return lines;
        lines.push(line);
      }
    };
    await fc.assert(fc.asyncProperty(anyCase, holds), { numRuns: 8 });
  } finally {
    await pool.end();
  }
});

test('payers of one kind are listed alone', async () => {
  await using database = await createTemporaryDatabase();
  const pool = openPool({ connectionString: database.connectionString, max: 4, applicationName: 'balances test' });
  await migrate(pool, { schema: 'billing', directory });
  const journal = createMemoryJournal(() => BEGAN_AT_MS);
  for (const [index, payer] of payers.entries()) {
    const append = { stream: `s-${index}`, expectedVersion: 0, correlationId: '', causationId: '' };
    await journal.append({ ...append, events: [{ ...creditOf(payer, 5n), eventId: newId() }] });
  }
  const projectors = await Promise.all(
    [ledgerLinesProjection, balanceHoursProjection].map((each) => startProjector(each, { journal, pool, logger })),
  );
  try {
    await Promise.all(projectors.map((projector) => projector.reached(payers.length)));
    for (const payerKind of ['user', 'team', 'organisation'] as const) {
      const query = { position: 4, recordedAtMs: BEGAN_AT_MS, payerKind, after: undefined, limit: 10 };
      for (const sort of ['id', '-balance'] as const) {
        const lines = await readBalancesAt(pool, { ...query, sort });
        const expected = payers.filter(({ kind }) => kind === payerKind);
        assert.deepEqual(new Set(lines.map(({ payer }) => payerKey(payer))), new Set(expected.map(payerKey)));
      }
    }
  } finally {
    await Promise.all(projectors.map((projector) => projector.close()));
    await pool.end();
  }
});

type Sums = Omit<BalanceAtLine, 'balanceNowNanoUsd'>;

/** The log's own fold, up to a position: of payers that an event has moved. */
async function balancesIn(journal: Journal, position: number) {
  const folded = createSumsByPayer();
  const moved = new Map<string, Payer>();
  let recordedAtMs = 0;
  for await (const events of journal.read(0)) {
    for (const event of events) {
      if (event.position > position) break;
      ({ recordedAtMs } = event);
      const sums = folded.apply(event);
      if (sums !== undefined && !isNothing(event)) moved.set(payerKey(sums.payer), sums.payer);
    }
  }
  const sums = [...moved.values()].map((payer): Sums => {
    const { creditedNanoUsd, debitedNanoUsd, chargedNanoUsd } = folded.of(payer);
    return { payer, creditedNanoUsd, debitedNanoUsd, chargedNanoUsd };
  });
  return { sums, recordedAtMs };
}

/** A charge of nothing has no line in the ledger. */
function isNothing({ type, data }: GatewayEvent): boolean {
  return type === 'ChargePosted' && data.amountNanoUsd === '0';
}

function balanceOf(sums: readonly Sums[], payer: Payer): bigint {
  const found = sums.find((line) => payerKey(line.payer) === payerKey(payer));
  return found === undefined ? 0n : found.creditedNanoUsd - found.debitedNanoUsd - found.chargedNanoUsd;
}

function byPayer(lines: readonly BalanceAtLine[]): ReadonlyMap<string, BalanceAtLine> {
  return new Map(lines.map((line) => [payerKey(line.payer), line]));
}

function inOrder(lines: readonly BalanceAtLine[], sort: BalancesAtQuery['sort']): readonly BalanceAtLine[] {
  if (sort === 'id') return lines;
  const balance = (line: BalanceAtLine): bigint => balanceOf([line], line.payer);
  const sign = sort === 'balance' ? 1 : -1;
  return lines.toSorted((a, b) => sign * Number(balance(a) > balance(b) ? 1 : balance(a) < balance(b) ? -1 : 0));
}
