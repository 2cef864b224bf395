import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { createSubscriptions } from './subscription.ts';

test('a log that has less than it was said to have is asked now and then, not all the time', async () => {
  let reads = 0;
  const subscriptions = createSubscriptions({
    // As after a log was brought back from a backup.
    head: () => 1_000,
    readAfter: async () => {
      reads += 1;
      return [];
    },
    logger: pino({ level: 'silent' }),
  });
  subscriptions.subscribe({ name: 'follower', afterPosition: 900, onEvents: () => undefined });
  const closed = pause(200).then(() => subscriptions.close());
  await Promise.race([closed, pause(2_000)]);
  assert.ok(reads <= 2, `asked ${reads} times in 200 ms`);
});
