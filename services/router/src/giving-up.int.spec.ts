import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import type { CompleteFrame } from '#contracts/router.ts';
import { type Scope, test } from '#testkit/test.ts';
import type { RouterLimits } from './config.ts';
import { contentEvent, createTestRouter, doneEvent, hostileProvider, testProvider, wholeAnswer } from './testing.ts';

const messages = [{ role: 'user', content: 'Hi' }];
const MB = 1024 * 1024;
const reported = '"usage":{"prompt_tokens":7,"completion_tokens":2}';
const event = (type: string, fields: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
const messageStart = event('message_start', {
  message: { id: 'm', model: 'm', usage: { input_tokens: 7, output_tokens: 1 } },
});

interface Provided {
  readonly kind?: 'openai' | 'anthropic';
  readonly stream?: boolean;
  readonly limits?: Partial<RouterLimits>;
  readonly onFrame?: (frame: CompleteFrame) => void;
}

/** The outcome of a request to a provider that answers like this each time. */
async function outcomeOf(
  t: Scope,
  answer: (response: ServerResponse) => void | Promise<void>,
  { kind = 'openai', stream = false, limits = {}, onFrame }: Provided = {},
) {
  let calls = 0;
  const baseUrl = await hostileProvider(t, (response) => {
    calls += 1;
    void answer(response);
  });
  const { ask, lost } = createTestRouter(t, { providers: [testProvider('p', baseUrl, { kind })], ...limits });
  const { usage, failure, text, frames } = await ask({ messages, stream }, onFrame ? { onFrame } : {});
  assert.ok(usage, 'an ending is on record');
  const { input, output } = usage.usage;
  const losses = usage.losses.map(([, ...loss]) => loss);
  const charged = usage.estimated ? [input, output, 'estimated'] : [input, output];
  return { calls, code: failure?.code, outcome: usage.outcome, charged, losses, lost, text, frames, failure };
}

/** Writes bytes and breaks the connection once they are sent. */
function cut(response: ServerResponse, text: string): void {
  response.writeHead(200);
  response.write(text, () => setImmediate(() => response.destroy()));
}

async function writeAll(response: ServerResponse, text: string, times: number): Promise<void> {
  for (let i = 0; i < times && !response.destroyed; i += 1) {
    await new Promise((resolve) => response.write(text, resolve));
  }
}

const half = wholeAnswer.slice(0, wholeAnswer.indexOf('"finish_reason"'));

test('an answer that is cut after it has begun is the house’s, on record, and not asked for again', async (t) => {
  for (const end of [cut, (response: ServerResponse, text: string) => void response.end(text)]) {
    const { calls, code, outcome, charged, losses, lost } = await outcomeOf(t, (response) => end(response, half));
    assert.deepEqual([calls, code, outcome, charged], [1, 'upstream_cut', 'OUTCOME_FAILED', [0, 0]]);
    assert.deepEqual([losses, lost], [[[5, 2, true]], ['p input 5', 'p output 2']]);
  }
});

test('where it has told its usage before, the house pays as reported', async (t) => {
  const { calls, losses } = await outcomeOf(t, (response) => cut(response, `{${reported},"choices":[{"mess`));
  assert.deepEqual([calls, losses], [1, [[7, 2, false]]]);
});

test('so is one that falls silent in its middle, or takes too long as a whole', async (t) => {
  for (const limits of [{ idleTimeoutMs: 50 }, { requestTimeoutMs: 300 }]) {
    const answer = (response: ServerResponse) => void response.write(half);
    const { calls, code, charged, losses } = await outcomeOf(t, answer, { limits });
    assert.deepEqual([calls, code, charged, losses], [1, 'upstream_timeout', [0, 0], [[5, 2, true]]]);
  }
});

test('a provider that lets the time for its head pass may have read the prompt, which is the house’s', async (t) => {
  for (const limits of [{ wholeHeadTimeoutMs: 50 }, { requestTimeoutMs: 200 }]) {
    const { calls, code, losses } = await outcomeOf(t, () => undefined, { limits });
    assert.deepEqual([calls, code, losses], [1, 'upstream_timeout', [[5, 0, true]]]);
  }
});

test('what is no answer costs nobody anything, and may be asked for again', async (t) => {
  const garbage = ['<html>', '', ' \n', '{"error":{"message":"overloaded"}}', '{"error":{"mess', '{"object":"list"}'];
  for (const text of garbage) {
    const { calls, charged, losses, lost } = await outcomeOf(t, (response) => cut(response, text));
    assert.deepEqual([calls, charged, losses, lost], [2, [0, 0], [], []], text);
  }
});

test('a document that cannot be read is asked for once where it holds an answer or tells a usage', async (t) => {
  for (const [text, loss] of [
    ['{"choices":[{"message":{"content":"Hello there"}}}}', [5, 2, true]],
    [`{"object":"odd",${reported}}`, [7, 2, false]],
  ] as const) {
    const { calls, code, losses } = await outcomeOf(t, (response) => void response.end(text));
    assert.deepEqual([calls, code, losses], [1, 'upstream_invalid_response', [loss]], text);
  }
});

test('a long answer is passed on before its end, which waits for its usage', async (t) => {
  const ending = Promise.withResolvers<void>();
  const bytes = { before: 0 };
  const onFrame = (frame: CompleteFrame) => {
    if (frame.kind !== 'data') return;
    bytes.before += frame.data.length;
    ending.resolve();
  };
  const content = 'x'.repeat(MB);
  const answer = async (response: ServerResponse) => {
    await writeAll(response, '{"choices":[{"message":{"content":"', 1);
    await writeAll(response, content, 3);
    // Only bytes that have reached the client let the provider go on.
    await ending.promise;
    response.end(`"}}],${reported}}\n`);
  };
  const { calls, code, outcome, charged, text, frames } = await outcomeOf(t, answer, { onFrame });
  assert.deepEqual([calls, code, outcome, charged], [1, undefined, 'OUTCOME_COMPLETED', [7, 2]]);
  assert.equal(JSON.parse(text).choices[0].message.content.length, 3 * MB);
  const kinds = frames.map(({ kind }) => kind);
  assert.deepEqual([kinds[0], kinds.at(-1), kinds.includes('failure')], ['head', 'end', false]);
});

test('a long answer that is cut is the client’s as far as it came, never looks whole, and is not asked for again', async (t) => {
  const answer = async (response: ServerResponse) => {
    await writeAll(response, '{"choices":[{"message":{"content":"', 1);
    await writeAll(response, 'word '.repeat(MB / 4), 3);
    response.destroy();
  };
  const { calls, code, outcome, charged, losses, text } = await outcomeOf(t, answer);
  // Never above what was admitted.
  assert.deepEqual([calls, code, outcome], [1, 'upstream_cut', 'OUTCOME_CUT']);
  assert.deepEqual([charged, losses], [[5, 1_000, 'estimated'], []]);
  assert.throws(() => JSON.parse(text));
});

test('a translated answer that is too long is read to its end, charged as reported, and not asked for again', async (t) => {
  for (const isReported of [true, false]) {
    const answer = async (response: ServerResponse) => {
      await writeAll(response, '{"type":"message","content":[{"type":"text","text":"', 1);
      await writeAll(response, 'a'.repeat(MB), 20);
      const usage = isReported ? ',"usage":{"input_tokens":7,"output_tokens":2}' : '';
      response.end(`"}]${usage}}`);
    };
    const { calls, outcome, charged, losses, text, failure } = await outcomeOf(t, answer, { kind: 'anthropic' });
    assert.deepEqual([calls, outcome, losses, text], [1, 'OUTCOME_CUT', [], '']);
    assert.deepEqual(charged, isReported ? [7, 2] : [5, 1_000, 'estimated']);
    assert.deepEqual([failure?.code, /too long/.test(failure?.message ?? '')], ['upstream_invalid_response', true]);
  }
});

test('a stream whose whole answer stands in one event that is too long is charged as reported, once', async (t) => {
  const answer = async (response: ServerResponse) => {
    await writeAll(response, 'data: {"choices":[{"delta":{"content":"', 1);
    await writeAll(response, 'a'.repeat(MB), 12);
    response.end(`"},"finish_reason":"stop"}],${reported}}\n\n${doneEvent}`);
  };
  const { calls, code, outcome, charged, text } = await outcomeOf(t, answer, { stream: true });
  assert.deepEqual([calls, code, outcome, charged], [1, 'upstream_invalid_response', 'OUTCOME_CUT', [7, 2]]);
  assert.equal(text, '');
});

test('a stream whose whole answer stands in one event of a megabyte is given whole', async (t) => {
  const chunk = { choices: [{ delta: { content: 'a'.repeat(MB) }, finish_reason: 'stop' }] };
  const only = `data: ${JSON.stringify({ ...chunk, usage: { prompt_tokens: 7, completion_tokens: 2 } })}\n\n`;
  const { calls, code, charged, text } = await outcomeOf(t, (response) => void response.end(only + doneEvent), {
    stream: true,
  });
  assert.deepEqual([calls, code, charged, text === only + doneEvent], [1, undefined, [7, 2], true]);
});

test('a stream that breaks off after its prompt was counted may be tried again, and the house pays for the prompt', async (t) => {
  const overloaded = event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } });
  const { calls, code, charged, losses } = await outcomeOf(
    t,
    (response) => void response.end(messageStart + overloaded),
    { kind: 'anthropic', stream: true },
  );
  assert.deepEqual([calls, code, charged], [2, 'upstream_error', [0, 0]]);
  assert.deepEqual(losses, [
    [7, 1, true],
    [7, 1, true],
  ]);
});

test('thoughts are a part of the answer: a stream that is cut after them is the client’s, and not asked for again', async (t) => {
  const thinking = event('content_block_delta', {
    index: 0,
    delta: { type: 'thinking_delta', thinking: 'one two three' },
  });
  const { calls, outcome, charged, losses } = await outcomeOf(t, (response) => cut(response, messageStart + thinking), {
    kind: 'anthropic',
    stream: true,
  });
  assert.deepEqual([calls, outcome, charged, losses], [1, 'OUTCOME_CUT', [7, 3, 'estimated'], []]);
});

test('a stream that is cut within its first event has begun, and is not asked for again', async (t) => {
  const { calls, code } = await outcomeOf(t, (response) => cut(response, contentEvent('one two').slice(0, -10)), {
    stream: true,
  });
  assert.deepEqual([calls, code], [1, 'upstream_cut']);
});
