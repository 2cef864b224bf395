import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { BusFault } from '#bus/bus-fault.ts';
import type { Bus } from '#bus/connect-bus.ts';
import { newId } from '#kernel/ids.ts';
import { revocations } from '#testkit/journal-contract.ts';
import { test } from '#testkit/test.ts';
import type { RecordedEvent } from '../recorded-event.ts';
import { createRemoteAppends } from './remote-appends.ts';

/** A bus on which nobody answers. */
function silentBus(): Bus {
  const silence = async (subject: string, timeoutMs: number): Promise<never> => {
    await pause(timeoutMs);
    throw new BusFault('timeout', subject);
  };
  const bus: Pick<Bus, 'isConnected' | 'ask' | 'request'> = {
    isConnected: () => true,
    ask: (subject, _data, timeoutMs) => ({ answer: silence(subject, timeoutMs), forget: () => undefined }),
    request: (subject, _data, timeoutMs) => silence(subject, timeoutMs),
  };
  return bus as Bus;
}

const told = () => ({ ...revocations('a', 0, [newId()]), noticeTo: 'listener' });

test('an event that is seen late answers its append, though nobody does', async () => {
  const appends = createRemoteAppends(silentBus(), 0);
  const request = told();
  const appended = appends.append(request);
  await pause(1_300);
  appends.seen([{ eventId: request.events[0]?.eventId, position: 7 } as RecordedEvent]);
  assert.deepEqual(await appended, { kind: 'appended', position: 7, isRepeat: false });
  await pause(3_500);
  assert.equal(appends.hasUnknown(), false);
});

test('an append that is to be told is given up when any other is, and its fate is not known', async () => {
  const appends = createRemoteAppends(silentBus(), 0);
  const startedAtMs = performance.now();
  await assert.rejects(appends.append(told()), { code: 'unavailable' });
  const tookMs = performance.now() - startedAtMs;
  assert.ok(tookMs > 3_900 && tookMs < 4_700, `${tookMs} ms`);
  assert.equal(appends.hasUnknown(), true);
});
