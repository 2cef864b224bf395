import assert from 'node:assert/strict';
import { pino } from 'pino';
import { connectBus } from '#bus/connect-bus.ts';
import { openPool } from '#postgres/pool.ts';
import { freePort } from '#testkit/free-port.ts';
import { serviceProcess } from '#testkit/service-process.ts';
import { startTemporaryNats } from '#testkit/temporary-nats.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { test } from '#testkit/test.ts';
import { until } from '../e2e/support/until.ts';

/** A relay waits five seconds for JetStream, as it is without its quorum. */
const HANDED_OVER_WITHIN_MS = 2_000;

test('a leader of journal that is told to stop hands over while JetStream does not answer', {
  timeoutMs: 60_000,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const { connectionString } = stack.use(await createTemporaryDatabase());
  const pool = openPool({ connectionString, max: 1, applicationName: 'test' });
  stack.defer(() => pool.end());
  const { url: natsUrl } = stack.use(await startTemporaryNats({ hasJetStream: false }));
  const bus = await connectBus({ servers: [natsUrl], name: 'JetStream', logger: pino({ level: 'silent' }) });
  stack.defer(() => bus.close());

  const journal = serviceProcess('journal', 'journal-1', {
    DATABASE_URL: connectionString,
    NATS_URL: natsUrl,
    GATEWAY_ADMIN_TOKEN: 'at_0123456789abcdef',
    GATEWAY_GRPC_PORT: String(await freePort()),
    GATEWAY_OPS_PORT: '0',
  });
  stack.defer(async () => void (await journal.stop('SIGKILL')));
  const asked = Promise.withResolvers<void>();
  bus.respond('$JS.API.>', () => journal.lines.some((line) => line.includes('"msg":"ready"')) && asked.resolve());
  journal.start();
  await asked.promise;
  const toldAtMs = performance.now();
  const stopped = journal.stop('SIGTERM');
  await until('the lease to be given back', async () => {
    const { rows } = await pool.query('select holder from journal.lease');
    return rows[0]?.holder === '' || undefined;
  });
  const tookMs = performance.now() - toldAtMs;
  assert.ok(tookMs < HANDED_OVER_WITHIN_MS, `${tookMs} ms`);
  assert.equal(await stopped, 0);
});
