import assert from 'node:assert/strict';
import { homeStream } from '#contracts/home-stream.ts';
import { startProjector } from '#journal/projector.ts';
import { replayProjection } from '#journal/replay.ts';
import { newId } from '#kernel/ids.ts';
import { createLogger } from '#telemetry/logger.ts';
import { admitted } from '#testkit/events.ts';
import { test } from '#testkit/test.ts';
import { readLastUses } from '../queries/last-uses.ts';
import { startAccounts } from '../testing.ts';
import { keyUse } from './key-use.ts';

const MINUTE_MS = 60_000;

test('the last use of a key is known to the minute, and is written anew only when the minute is a later one', async (context) => {
  const running = await startAccounts();
  context.defer(() => running.stop());
  const { journal, pool } = running;
  const logger = createLogger({ level: 'silent', service: 'accounts' });
  const projector = await startProjector(keyUse, { journal, pool, logger });
  context.defer(() => projector.close());

  async function use(keyId: string, admittedAtMs: number): Promise<string> {
    const requestId = newId();
    const event = admitted({ requestId, keyId, admittedAtMs });
    const stream = homeStream(event);
    const events = [{ eventId: newId(), ...event }];
    await journal.append({ stream, expectedVersion: 0, events, correlationId: '', causationId: '' });
    await projector.reached(await journal.head());
    // The transaction that wrote the row: another one shows that it was written.
    const { rows } = await pool.query('select xmin::text from accounts.key_use where key_id = $1', [keyId]);
    return rows[0]?.xmin ?? '';
  }

  const first = await use('k1', 5 * MINUTE_MS + 10);
  assert.equal(await use('k1', 5 * MINUTE_MS + 59_000), first);
  assert.notEqual(await use('k1', 6 * MINUTE_MS), first);
  await use('k1', 3 * MINUTE_MS);
  await use('k2', 9 * MINUTE_MS + 1);
  await use('', 9 * MINUTE_MS);
  assert.deepEqual(
    await readLastUses(pool, ['k1', 'k2', 'k3']),
    new Map([
      ['k1', 6 * MINUTE_MS],
      ['k2', 9 * MINUTE_MS],
    ]),
  );
  assert.equal(await running.countOf('key_use'), 2);
  const report = await replayProjection(keyUse, running);
  assert.ok(report.isEqual, report.differences.join('\n'));
});
