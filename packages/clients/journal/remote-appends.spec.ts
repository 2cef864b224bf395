import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { BusFault } from '#bus/bus-fault.ts';
import type { Bus } from '#bus/connect-bus.ts';
import { newId } from '#kernel/ids.ts';
import { revocations } from '#testkit/journal-contract.ts';
import { test } from '#testkit/test.ts';
import { createRemoteAppends } from './remote-appends.ts';

test('an append that nobody answers is given up after its time, and its fate is not known', async () => {
  const silent: Pick<Bus, 'request'> = {
    async request(subject, _data, timeoutMs) {
      await pause(timeoutMs);
      throw new BusFault('timeout', subject);
    },
  };
  const appends = createRemoteAppends(silent, 0);
  const startedAtMs = performance.now();
  await assert.rejects(appends.append(revocations('a', 0, [newId()])), { code: 'unavailable' });
  const tookMs = performance.now() - startedAtMs;
  assert.ok(tookMs > 3_900 && tookMs < 4_700, `${tookMs} ms`);
  assert.equal(appends.hasUnknown(), true);
});
