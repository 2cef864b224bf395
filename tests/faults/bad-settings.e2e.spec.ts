import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '#testkit/free-port.ts';
import { temporaryDataDir } from '#testkit/gateway-process.ts';
import { serviceProcess } from '#testkit/service-process.ts';
import { test } from '#testkit/test.ts';
import { until } from '../e2e/support/until.ts';

/*
 * A standby is ready, and an update that finds it ready stops those that lead: what only a leader would stumble over has to
 * end its start.
 */

const price = { key: 'openai/x', inputUsdPerMtok: '1', outputUsdPerMtok: '1' };
const cases = [
  { service: 'billing', settings: { prices: [price, price] }, fault: /"openai\/x" is there twice/ },
  {
    service: 'quota',
    settings: { holdTtlMs: 999, requestTimeoutMs: 500 },
    fault: /holdTtlMs must be a whole number from 1000/,
  },
] as const;

for (const { service, settings, fault } of cases) {
  test(`${service} with settings it could not lead by ends at its start, before it stands by`, {
    timeoutMs: 30_000,
  }, async () => {
    await using folder = await temporaryDataDir();
    const file = join(folder.path, 'gateway.yaml');
    await writeFile(file, JSON.stringify(settings));
    const nowhere = `127.0.0.1:${await freePort()}`;
    const process = serviceProcess(service, `${service}-1`, {
      GATEWAY_CONFIG: file,
      GATEWAY_OPS_PORT: '0',
      DATABASE_URL: `postgresql://gateway@${nowhere}/gateway`,
      NATS_URL: `nats://${nowhere}`,
      GATEWAY_JOURNAL_ADDRESSES: nowhere,
      GATEWAY_ACCOUNTS_ADDRESSES: nowhere,
      GATEWAY_ADMIN_TOKEN: 'at_0123456789abcdef',
    });
    process.start();
    try {
      await until('its end', async () => !process.isRunning() || undefined);
      assert.match(process.lines.join('\n'), fault);
    } finally {
      await process.stop('SIGKILL');
    }
  });
}
