import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import type { RequestFilter } from '#contracts/requests.ts';
import { startProjector } from '#journal/projector.ts';
import { replayProjection } from '#journal/replay.ts';
import { newId } from '#kernel/ids.ts';
import { migrate } from '#postgres/migrate.ts';
import { openPool } from '#postgres/pool.ts';
import { admitted, charged, expired, used } from '#testkit/events.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { test } from '#testkit/test.ts';
import { readRequests } from '../queries/read-requests.ts';
import { readUsageReport } from '../queries/read-usage-report.ts';
import { requestsProjection } from './requests.ts';

const directory = fileURLToPath(new URL('../../migrations', import.meta.url));
const HOUR_MS = 3_600_000;
const startMs = Date.parse('2026-01-02T10:00:00Z');

const attribution = { tags: ['a, "quoted"', 'b'], sessionId: 's1', agentId: 'g1', metadata: {} };
const attempts = [
  { provider: 'first', model: 'm', status: 503, error: 'upstream_error', durationMs: 5 },
  { provider: 'second', model: 'm', status: 429, error: 'upstream_rate_limited', durationMs: 5 },
];

const events = [
  admitted({ requestId: 'r1', admittedAtMs: startMs, attribution, stream: true }),
  admitted({ requestId: 'r2', admittedAtMs: startMs + HOUR_MS, userId: 'u2', payerKind: 'team', payerId: 't1' }),
  used({ requestId: 'r1', recordedAtMs: startMs + 5, usage: { input: 10, cached_input: 2, output: 3, search: 1 } }),
  charged({ requestId: 'r1', amountNanoUsd: 100n, estimated: true, attribution }),
  admitted({ requestId: 'r3', admittedAtMs: startMs + HOUR_MS + 1 }),
  used({ requestId: 'r2', userId: 'u2', outcome: 'OUTCOME_FAILED', attempts, recordedAtMs: startMs + HOUR_MS + 9 }),
  charged({ requestId: 'r2', userId: 'u2', amountNanoUsd: 0n, priceKey: '' }),
  admitted({ requestId: 'r4', admittedAtMs: startMs + HOUR_MS + 2, keyId: 'k2' }),
  expired({ requestId: 'r3', reason: 'orphaned', expiredAtMs: startMs + 2 * HOUR_MS }),
];

const all: RequestFilter = {
  ...{ fromMs: 0, toMs: 0, userId: '', teamId: '', keyId: '', model: '', provider: '', outcome: '' },
  ...{ sessionId: '', agentId: '', tag: '', requestId: '' },
};

test('requests are listed and added up, and the table is rebuilt equal', async () => {
  await using database = await createTemporaryDatabase();
  const pool = openPool({ connectionString: database.connectionString, max: 4, applicationName: 'requests test' });
  await migrate(pool, { schema: 'billing', directory });
  const journal = createMemoryJournal();
  const logger = pino({ level: 'silent' });
  for (const event of events) {
    const append = { stream: `request-${newId()}`, expectedVersion: 0, correlationId: '', causationId: '' };
    await journal.append({ ...append, events: [{ ...event, eventId: newId() }] });
  }
  const projector = await startProjector(requestsProjection, { journal, pool, logger });
  try {
    await projector.reached(await journal.head());
    const listed = (filter: Partial<RequestFilter>, beforePosition = 0, limit = 10) =>
      readRequests(pool, { filter: { ...all, ...filter }, beforePosition, limit });
    const ids = async (...query: Parameters<typeof listed>) => (await listed(...query)).map((line) => line.requestId);

    assert.deepEqual(await ids({}), ['r4', 'r3', 'r2', 'r1']);
    const [, second] = await listed({}, 0, 2);
    assert.deepEqual(await ids({}, second?.position), ['r2', 'r1']);
    const [first] = await listed({ requestId: 'r1' });
    assert.partialDeepStrictEqual(first, {
      ...{ userId: 'u1', keyId: 'k1', stream: true, tags: attribution.tags, sessionId: 's1', agentId: 'g1' },
      ...{ outcome: 'completed', error: '', inputTokens: 12, outputTokens: 3, amountNanoUsd: 100n, estimated: true },
      ...{ admittedAtMs: startMs, endedAtMs: startMs + 5, holdNanoUsd: 1_000n },
    });
    const [failed] = await listed({ outcome: 'failed' });
    assert.partialDeepStrictEqual(failed, {
      requestId: 'r2',
      error: 'upstream_rate_limited',
      attempts: 2,
      amountNanoUsd: 0n,
    });
    const [lost] = await listed({ outcome: 'expired' });
    assert.partialDeepStrictEqual(lost, { requestId: 'r3', error: 'orphaned', amountNanoUsd: undefined });

    const found: readonly (readonly [Partial<RequestFilter>, readonly string[]])[] = [
      [{ userId: 'u2' }, ['r2']],
      [{ teamId: 't1' }, ['r2']],
      [{ keyId: 'k2' }, ['r4']],
      [{ sessionId: 's1' }, ['r1']],
      [{ agentId: 'g1' }, ['r1']],
      [{ tag: 'a, "quoted"' }, ['r1']],
      [{ tag: 'a' }, []],
      [{ outcome: 'running' }, ['r4']],
      [{ model: "gpt-4o-mini' or true --" }, []],
      [{ fromMs: startMs + 1, toMs: startMs + HOUR_MS + 1 }, ['r2']],
    ];
    for (const [filter, requestIds] of found) assert.deepEqual(await ids(filter), requestIds, JSON.stringify(filter));

    const report = async (groupBy: Parameters<typeof readUsageReport>[1]['groupBy'], intervalMs = 0) =>
      (await readUsageReport(pool, { filter: { ...all, fromMs: startMs }, groupBy, intervalMs })).map((line) => [
        ...[
          (line.atMs - startMs) / HOUR_MS,
          line.value,
          line.requests,
          line.errors,
          line.inputTokens,
          line.amountNanoUsd,
        ],
      ]);
    assert.deepEqual(await report(''), [[0, '', 4, 2, 12, 100n]]);
    assert.deepEqual(await report('', HOUR_MS), [
      [0, '', 1, 0, 12, 100n],
      [1, '', 3, 2, 0, 0n],
    ]);
    assert.deepEqual(await report('tag'), [
      [0, 'a, "quoted"', 1, 0, 12, 100n],
      [0, 'b', 1, 0, 12, 100n],
      [0, '', 3, 2, 0, 0n],
    ]);
    assert.deepEqual(await report('user'), [
      [0, 'u1', 3, 1, 12, 100n],
      [0, 'u2', 1, 1, 0, 0n],
    ]);
    assert.deepEqual(await report('payer'), [
      [0, 'user:u1', 3, 1, 12, 100n],
      [0, 'team:t1', 1, 1, 0, 0n],
    ]);
    const dearest = { filter: { ...all, fromMs: startMs }, groupBy: 'payer', intervalMs: 0, valuesMax: 1 } as const;
    assert.deepEqual(
      (await readUsageReport(pool, dearest)).map(({ value }) => value),
      ['user:u1'],
    );
    const { isEqual, differences } = await replayProjection(requestsProjection, { journal, pool });
    assert.ok(isEqual, JSON.stringify(differences));
  } finally {
    await projector.close();
    await pool.end();
  }
});
