import assert from 'node:assert/strict';
import { afterAll, describe, test } from '#testkit/test.ts';
import { chunk, completion, DONE, event, USUAL_NANO_USD, usageChunk } from './support/openai-bytes.ts';
import type { Answer, Reply } from './support/replayed-provider.ts';
import { openWireWorld } from './support/wire-world.ts';

/* What providers say when they do not answer, and who is asked then. */

const world = await openWireWorld();
afterAll(() => world[Symbol.asyncDispose]());

const good: Answer = ({ body }) =>
  body['stream'] === true
    ? { body: [chunk({ role: 'assistant', content: 'Hi' }), chunk({}, 'stop'), usageChunk(), DONE] }
    : { body: completion({ content: 'Hi' }) };

const error = (message: string, code: unknown = null) => ({ error: { message, type: 'error', code } });
const json = (status: number, document: unknown): Reply => ({ status, body: JSON.stringify(document) });

describe('another provider is asked', () => {
  const cases: readonly (readonly [what: string, reply: Reply])[] = [
    ['404', json(404, error('no such model', 'model_not_found'))],
    ['405', json(405, error('no such method'))],
    ['413', json(413, error('too large here'))],
    ['429', json(429, error('slow down', 'rate_limit_exceeded'))],
    ['503', json(503, error('overloaded'))],
    ['401', json(401, error('wrong key', 'invalid_api_key'))],
    ['402', json(402, error('out of balance'))],
    ['an error in a 200', json(200, { error: { message: 'Provider returned error', code: 429 }, choices: [] })],
    [
      'an error in a choice of a 200',
      json(200, {
        id: 'c1',
        choices: [
          {
            index: 0,
            finish_reason: 'error',
            error: { message: 'Broken', code: 502 },
            message: { role: 'assistant', content: '' },
          },
        ],
      }),
    ],
    ['base_resp in a 200', json(200, { base_resp: { status_code: 1002, status_msg: 'rate limit' }, choices: null })],
    ['no choices in a 200', json(200, { id: 'c1', object: 'chat.completion', choices: [], usage: null })],
  ];
  for (const [what, reply] of cases) {
    test(`after ${what}, and the client pays for one answer`, async () => {
      const [bad, other] = await world.wires([() => reply, good]);
      assert.ok(bad && other);
      const told = await bad.chat();
      assert.equal(told.status, 200, told.text);
      assert.deepEqual([bad.received().length > 0, other.received().length], [true, 1]);
      assert.equal(told.headers.get('x-gateway-provider')?.endsWith('-1'), true);
      assert.equal(await bad.charged(), USUAL_NANO_USD);
    });
  }

  test('after an error at the beginning of a stream', async () => {
    const [bad, other] = await world.wires([() => ({ body: [event(error('Overloaded', 'overloaded'))] }), good]);
    assert.ok(bad && other);
    const told = await bad.chat({ stream: true });
    assert.equal(told.isDone, true, told.text);
    assert.equal(await bad.charged(), USUAL_NANO_USD);
  });
});

describe('the client is told', () => {
  test('the status and the words of what it did wrong, once, at no cost', async () => {
    const [bad, other] = await world.wires([
      () => json(400, error("Unknown parameter: 'frob'.", 'unknown_parameter')),
      good,
    ]);
    assert.ok(bad && other);
    const told = await bad.chat();
    assert.equal(told.status, 400);
    assert.match(told.text, /Unknown parameter: 'frob'/);
    assert.equal(other.received().length, 0);
    assert.equal(await bad.charged(), 0n);
  });

  test('of an error within a 200 when there is nobody else, at no cost', async () => {
    const wire = await world.wire(() =>
      json(200, { error: { message: 'Provider returned error', code: 429 }, choices: [] }),
    );
    const told = await wire.chat();
    assert.ok([429, 502].includes(told.status), told.text);
    assert.equal(await wire.charged(), 0n);
  });

  test('of an error in the middle of a stream by an error event', async () => {
    const wire = await world.wire(() => ({
      body: [chunk({ role: 'assistant', content: 'Hel' }), event(error('Broke', 'server_error'))],
    }));
    const told = await wire.chat({ stream: true });
    assert.equal(told.isDone, false);
    assert.ok(told.isCut || told.events.some((each) => each['error'] !== undefined), told.text);
  });

  test('that its prompt is longer than the model takes, by a code of its own', async () => {
    const wire = await world.wire(() =>
      json(400, error("This model's maximum context length is 10 tokens.", 'context_length_exceeded')),
    );
    const told = await wire.chat({ max_tokens: 5 });
    assert.equal(told.status, 400);
    assert.equal((told.document['error'] as { code?: string }).code, 'context_length_exceeded');
  });
});
