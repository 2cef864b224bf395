import assert from 'node:assert/strict';
import type { CompleteFrame } from '#contracts/router.ts';
import { test } from '#testkit/test.ts';
import { createFrameChannel } from './frame-channel.ts';

const data = (bytes: number): CompleteFrame => ({ kind: 'data', data: Buffer.alloc(bytes) });
const failure: CompleteFrame = {
  kind: 'failure',
  failure: { code: 'client_gone', message: '', providerBody: null, providerStatus: 0 },
};

test('frames come out in order, whether they were waiting or waited for, and then the end', async () => {
  const channel = createFrameChannel(() => {});
  const iterator = channel.frames[Symbol.asyncIterator]();
  channel.push(data(1));
  const reads = [iterator.next(), iterator.next(), iterator.next(), iterator.next()];
  channel.push(data(2));
  channel.push(failure);
  channel.close();
  const results = await Promise.all(reads);
  assert.deepEqual(
    results.map(({ value, done }) => (done ? 'end' : value.kind === 'data' ? value.data.length : value.kind)),
    [1, 2, 'failure', 'end'],
  );
});

test('there is no room while too many bytes wait, and room again once they are read', async () => {
  const channel = createFrameChannel(() => {});
  const iterator = channel.frames[Symbol.asyncIterator]();
  assert.equal(channel.room(), undefined);
  channel.push(data(1024 * 1024));
  const room = channel.room();
  assert.ok(room);
  await iterator.next();
  await room;
  assert.equal(channel.room(), undefined);
});

test('dropping sets a waiting writer free and lets nothing but the last frame through', async () => {
  const channel = createFrameChannel(() => {});
  channel.push(data(1024 * 1024));
  const room = channel.room();
  channel.drop();
  await room;
  channel.push(data(1));
  channel.push(failure);
  channel.close();
  const kinds: string[] = [];
  for await (const frame of channel.frames) kinds.push(frame.kind);
  assert.deepEqual(kinds, ['data', 'failure']);
});

test('a reader that stops early is noticed', async () => {
  let returns = 0;
  const channel = createFrameChannel(() => {
    returns += 1;
  });
  channel.push(data(1));
  for await (const _ of channel.frames) break;
  assert.equal(returns, 1);
});
