import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { startProjector } from '#journal/projector.ts';
import { replayProjection } from '#journal/replay.ts';
import { newId } from '#kernel/ids.ts';
import { migrate } from '#postgres/migrate.ts';
import { openPool } from '#postgres/pool.ts';
import { charged } from '#testkit/events.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { test } from '#testkit/test.ts';
import { readUsage } from '../queries/read-usage.ts';
import { usageUnitsProjection } from './usage-units.ts';

const directory = fileURLToPath(new URL('../../migrations', import.meta.url));

/** When the table had a column a unit of tokens. */
const EARLIER = ['0001-read-models'];

const DAY = '1970-01-01';
const priceKey = 'openai/gpt-4o-mini';

const line = (unit: string, quantity: number) => ({ unit, quantity, pricePicoUsd: '1' });

test('what the version before had in columns is folded anew by unit, beside that version, and is rebuilt equal', async (t) => {
  await using database = await createTemporaryDatabase();
  const pool = openPool({ connectionString: database.connectionString, max: 4, applicationName: 'usage test' });
  t.defer(() => pool.end());
  const earlier = await mkdtemp(join(tmpdir(), 'migrations-'));
  t.defer(() => rm(earlier, { recursive: true }));
  for (const name of EARLIER) await cp(join(directory, name), join(earlier, name), { recursive: true });
  await migrate(pool, { schema: 'billing', directory: earlier });

  const journal = createMemoryJournal();
  const charge = (requestId: string, ...lines: ReturnType<typeof line>[]) =>
    journal.append({
      stream: `request-${requestId}`,
      expectedVersion: 0,
      events: [{ eventId: newId(), ...charged({ requestId, priceKey, amountNanoUsd: 5n, lines }) }],
      correlationId: '',
      causationId: '',
    });
  await charge('old', line('input', 7), line('cache_write_1h', 3), line('reasoning', 2));
  await pool.query(`insert into billing.usage_daily values ('u1', $1, 'gpt-4o-mini', 1, 7, 0, 0, 3, 0, 2, 5)`, [DAY]);
  await pool.query(`insert into billing.checkpoint values ('billing.usage_daily', 1)`);

  await migrate(pool, { schema: 'billing', directory });
  // The version before goes on with its table meanwhile.
  await pool.query('update billing.usage_daily set requests = requests + 1');
  await charge('new', line('input', 1), line('audio_input', 9), line('search', 4));
  const projector = await startProjector(usageUnitsProjection, { journal, pool, logger: pino({ level: 'silent' }) });
  t.defer(() => projector.close());
  await projector.reached(await journal.head());

  assert.deepEqual(await readUsage(pool, { userId: 'u1', fromDay: DAY, toDay: DAY }), [
    {
      day: DAY,
      model: 'gpt-4o-mini',
      requests: 2,
      usage: { input: 8, cache_write_1h: 3, audio_input: 9, reasoning: 2, search: 4 },
      amountNanoUsd: 10n,
    },
  ]);
  const report = await replayProjection(usageUnitsProjection, { journal, pool });
  assert.deepEqual([report.isEqual, report.events, report.rows], [true, 2, 6], report.differences.join('\n'));
});
