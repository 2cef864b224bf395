import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { connectBus } from '#bus/connect-bus.ts';
import { loadConfig } from '#config/load-config.ts';
import { createLogger } from '#telemetry/logger.ts';
import { createMetrics } from '#telemetry/metrics.ts';
import { startTemporaryNats } from '#testkit/temporary-nats.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { test } from '#testkit/test.ts';
import type { Host } from './host.ts';
import { lead } from './lead.ts';
import { openDatabase } from './open-database.ts';

test('who cannot reach the bus leaves the lease to others, and stands again when it is back', {
  timeoutMs: 30_000,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const { connectionString } = stack.use(await createTemporaryDatabase());
  const nats = stack.use(await startTemporaryNats());
  const logger = createLogger({ level: 'silent', service: 'quota' });
  const bus = stack.adopt(await connectBus({ servers: [nats.url], name: 'test', logger }), (each) => each.close());
  const host: Host = {
    name: 'quota',
    instance: 'quota-1',
    config: loadConfig({ DATABASE_URL: connectionString }),
    environment: {},
    logger,
    loggerOf: () => logger,
    metrics: createMetrics(),
    tracer: null,
    stack: stack.use(new AsyncDisposableStack()),
    stopping: AbortSignal.timeout(20_000),
    readiness: () => undefined,
    beforeMetrics: () => undefined,
    fence: assert.ifError,
  };
  const { pool } = await openDatabase(host, ['quota']);

  await nats.stop('SIGKILL');
  while (bus.isConnected()) await pause(10);
  const leading = lead(host, ['quota'], pool, bus);
  await pause(1_000);
  assert.equal((await pool.query('select from quota.lease')).rowCount, 0);
  await nats.start();
  assert.ok((await leading).isHeld());
});
