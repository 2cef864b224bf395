import assert from 'node:assert/strict';
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
import { readUsageBy } from '../queries/read-usage-by.ts';
import { usageByProjection } from './usage-by.ts';

const directory = fileURLToPath(new URL('../../migrations', import.meta.url));

const attribution = (tags: readonly string[], sessionId = '', agentId = '') => ({
  tags,
  sessionId,
  agentId,
  metadata: {},
});
const lines = [
  { unit: 'input', quantity: 10, pricePicoUsd: '1' },
  { unit: 'cached_input', quantity: 5, pricePicoUsd: '1' },
  { unit: 'reasoning', quantity: 3, pricePicoUsd: '1' },
  { unit: 'search', quantity: 1, pricePicoUsd: '1' },
];
/** 2026-01-02. */
const postedAtMs = Date.parse('2026-01-02T23:59:59.999Z');

const events = [
  charged({
    requestId: 'r1',
    amountNanoUsd: 100n,
    postedAtMs,
    lines,
    attribution: attribution(['a', 'b'], 's1', 'g1'),
  }),
  charged({ requestId: 'r2', amountNanoUsd: 50n, postedAtMs, lines, attribution: attribution(['a'], 's1') }),
  charged({ requestId: 'r3', amountNanoUsd: 7n, postedAtMs: postedAtMs + 1, lines, keyId: 'k2', provider: 'second' }),
  charged({ requestId: 'r4', amountNanoUsd: 0n, postedAtMs, priceKey: '', attribution: attribution(['a']) }),
  charged({ requestId: 'r5', amountNanoUsd: 9n, postedAtMs, userId: 'u2', lines, attribution: attribution(['a']) }),
];

test('use is read by each dimension, a request of two tags counts for both, and the table is rebuilt equal', async () => {
  await using database = await createTemporaryDatabase();
  const pool = openPool({ connectionString: database.connectionString, max: 4, applicationName: 'usage test' });
  await migrate(pool, { schema: 'billing', directory });
  const journal = createMemoryJournal();
  const logger = pino({ level: 'silent' });
  for (const event of events) {
    const append = { stream: `request-${newId()}`, expectedVersion: 0, correlationId: '', causationId: '' };
    await journal.append({ ...append, events: [{ ...event, eventId: newId() }] });
  }
  const projector = await startProjector(usageByProjection, { journal, pool, logger });
  try {
    await projector.reached(await journal.head());
    const read = async (
      dimension: 'tag' | 'session' | 'agent' | 'key' | 'provider',
      toDay = '2026-01-31',
      userId = 'u1',
    ) =>
      (await readUsageBy(pool, { userId, dimension, fromDay: '2026-01-01', toDay })).map((line) => [
        ...[line.value, line.requests, line.inputTokens, line.outputTokens, line.amountNanoUsd],
      ]);
    assert.deepEqual(await read('tag'), [
      ['a', 2, 30, 6, 150n],
      ['b', 1, 15, 3, 100n],
    ]);
    assert.deepEqual(await read('session'), [['s1', 2, 30, 6, 150n]]);
    assert.deepEqual(await read('agent'), [['g1', 1, 15, 3, 100n]]);
    assert.deepEqual(await read('key'), [
      ['k1', 2, 30, 6, 150n],
      ['k2', 1, 15, 3, 7n],
    ]);
    assert.deepEqual(await read('provider', '2026-01-02'), [['first', 2, 30, 6, 150n]]);
    assert.deepEqual(await read('tag', '2026-01-31', 'u2'), [['a', 1, 15, 3, 9n]]);
    const report = await replayProjection(usageByProjection, { journal, pool });
    assert.equal(report.isEqual, true, report.differences.join('\n'));
  } finally {
    await projector.close();
    await pool.end();
  }
});
