import assert from 'node:assert/strict';
import { afterAll, test } from '#testkit/test.ts';
import { chunk, completion, DONE, USUAL_NANO_USD, usageChunk } from './support/openai-bytes.ts';
import { openWireWorld } from './support/wire-world.ts';

/* Load balancers and SDKs cut a connection that says nothing. */

const world = await openWireWorld({ keep_alive_seconds: 1 });
afterAll(() => world[Symbol.asyncDispose]());

const answer = [chunk({ role: 'assistant', content: 'Hi' }), chunk({}, 'stop'), usageChunk(), DONE];

test('a stream has its head and comments while its provider is silent, and is whole all the same', async () => {
  const wire = await world.wire(() => ({ silenceMs: 3_500, body: answer }));
  const told = await wire.chat({ stream: true });
  assert.equal(told.status, 200);
  assert.ok((told.text.match(/^:/gm) ?? []).length >= 2, told.text);
  assert.equal(told.isDone, true);
  assert.equal(await wire.charged(), USUAL_NANO_USD);
});

test('another provider is still asked behind the head, and a failure is an error event', async () => {
  const [bad, other] = await world.wires([
    () => ({ silenceMs: 1_500, status: 503, body: '{}' }),
    () => ({ body: answer }),
  ]);
  assert.ok(bad && other);
  assert.equal((await bad.chat({ stream: true })).isDone, true);
  const lonely = await world.wire(() => ({ silenceMs: 1_500, status: 404, body: '{"error":{"message":"gone"}}' }));
  const told = await lonely.chat({ stream: true });
  assert.equal(told.status, 200);
  assert.ok(
    told.events.some(({ error }) => error !== undefined),
    told.text,
  );
  assert.equal(told.isDone, false);
  assert.equal(await lonely.charged(), 0n);
});

test('an answer in one piece is not begun early', async () => {
  const wire = await world.wire(() => ({ silenceMs: 2_500, body: completion({ content: 'Hi' }) }));
  const told = await wire.chat();
  assert.equal(told.status, 200);
  assert.equal(told.text.startsWith('{'), true);
});
