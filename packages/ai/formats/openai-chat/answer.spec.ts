import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, test } from '#testkit/test.ts';
import type { AnswerEnd, AnswerPart } from '../../chat/answer-part.ts';
import type { AnswerContext, Reading, ReadState } from '../../format.ts';
import { createSseReader } from '../../sse/sse-reader.ts';
import { openChatReader } from './answer-reader.ts';
import { openChatWriter } from './stream-writer.ts';
import { noEnd, openAiRules } from './testing.ts';
import { writeChatAnswer } from './write-answer.ts';

const context: AnswerContext = {
  model: 'asked',
  requestId: 'r1',
  body: { stream_options: { include_usage: true } },
  nowS: 1_700_000_000,
};
const reading: Reading = { rules: openAiRules, notes: {}, model: 'asked' };
const end: AnswerEnd = { usage: { input: 5, cached_input: 2, output: 3, reasoning: 1 }, serviceTier: 'flex' };

function written(parts: readonly AnswerPart[], told: AnswerEnd = end, about: AnswerContext = context): string {
  const writer = openChatWriter(about);
  return parts.map((part) => writer.write(part)).join('') + writer.close(told);
}

/** What a reader makes of a stream that comes in pieces. */
function readStream(text: string, pieceBytes: number, notes: Reading['notes'] = {}) {
  const reader = openChatReader({ ...reading, notes });
  const events = createSseReader();
  const bytes = Buffer.from(text);
  const parts: AnswerPart[] = [];
  let state: ReadState = 'open';
  for (let at = 0; at < bytes.length && state === 'open'; at += pieceBytes) {
    for (const event of events.push(bytes.subarray(at, at + pieceBytes))) {
      if (state === 'open') state = reader.readEvent(event);
      parts.push(...reader.takeParts());
    }
  }
  if (state === 'open') state = reader.readEnd();
  parts.push(...reader.takeParts());
  return { parts, state, reader };
}

function readDocument(text: string, notes: Reading['notes'] = {}) {
  const reader = openChatReader({ ...reading, notes });
  const state = reader.readDocument(JSON.parse(text));
  return { parts: reader.takeParts(), state, reader };
}

const start: AnswerPart = { type: 'start', id: 'chatcmpl-1', model: 'm', createdAtS: 7 };
const word = fc.string({ minLength: 1, maxLength: 10, unit: 'grapheme' });

/** The parts of one choice, as a reader of a whole document gives them: each kind of text once. */
const choiceParts = (choice: number) =>
  fc
    .tuple(
      fc.option(word),
      fc.option(word),
      fc.option(word),
      fc.array(
        fc.tuple(fc.stringMatching(/^[a-z]{1,8}$/), fc.constantFrom('function' as const, 'custom' as const), word),
        {
          maxLength: 2,
        },
      ),
    )
    .map(([thought, said, refused, calls]): AnswerPart[] => {
      const parts: AnswerPart[] = [];
      if (thought !== null) parts.push({ type: 'reasoning-delta', choice, text: thought });
      if (said !== null) parts.push({ type: 'text-delta', choice, text: said });
      if (refused !== null) parts.push({ type: 'refusal-delta', choice, text: refused });
      for (const [index, [name, kind, input]] of calls.entries()) {
        parts.push({ type: 'tool-call-start', choice, index, id: `call_${index}`, name, kind });
        parts.push({ type: 'tool-call-delta', choice, index, input });
      }
      for (const index of calls.keys()) parts.push({ type: 'tool-call-end', choice, index });
      parts.push({ type: 'finish', choice, reason: calls.length > 0 ? 'tool-calls' : 'stop' });
      return parts;
    });

/** The ends of the choices, choice by choice: an empty one may end before another. */
const ends = (parts: readonly AnswerPart[]) =>
  [0, 1].flatMap((choice) =>
    parts.filter((part) => (part.type === 'finish' || part.type === 'tool-call-end') && part.choice === choice),
  );
const others = (parts: readonly AnswerPart[]) =>
  parts.filter(({ type }) => type !== 'finish' && type !== 'tool-call-end');

test('an answer that is written is read with the same parts, whole and streamed, wherever it is cut', () => {
  fc.assert(
    fc.property(choiceParts(0), choiceParts(1), fc.integer({ min: 1, max: 40 }), (first, second, pieceBytes) => {
      const parts = [start, ...first, ...second];
      const streamed = readStream(written(parts), pieceBytes);
      assert.equal(streamed.state, 'whole');
      assert.deepEqual([...others(streamed.parts), ...ends(streamed.parts)], [...others(parts), ...ends(parts)]);
      assert.deepEqual(streamed.reader.usage()?.usage, end.usage);
      const whole = readDocument(writeChatAnswer(parts, end, context));
      assert.equal(whole.state, 'whole');
      assert.deepEqual([...others(whole.parts), ...ends(whole.parts)], [...others(parts), ...ends(parts)]);
      assert.deepEqual([whole.reader.usage()?.usage, whole.reader.usage()?.serviceTier], [end.usage, 'flex']);
    }),
  );
});

describe('a written answer', () => {
  const text = (said: string): AnswerPart => ({ type: 'text-delta', choice: 0, text: said });
  const finish: AnswerPart = { type: 'finish', choice: 0, reason: 'length' };

  test('names itself in this format, whatever its maker called it', () => {
    const foreign: AnswerPart = { type: 'start', id: 'msg_1', model: '', createdAtS: 0 };
    const document = JSON.parse(writeChatAnswer([foreign, text('a'), finish], noEnd, context));
    assert.deepEqual(document, {
      id: 'chatcmpl-r1',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'asked',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'a', refusal: null },
          logprobs: null,
          finish_reason: 'length',
        },
      ],
    });
  });

  test('begins each choice with its role, and holds its end back', () => {
    const writer = openChatWriter(context);
    assert.equal(writer.write(start), '');
    const [role, said] = writer.write(text('a')).split('\n\n');
    assert.match(role ?? '', /"delta":\{"role":"assistant","content":""\}.*"finish_reason":null/);
    assert.match(said ?? '', /"delta":\{"content":"a"\}/);
    assert.equal(writer.write(finish), '');
    const closing = writer.close(end).split('\n\n');
    assert.match(closing[0] ?? '', /"delta":\{\}.*"finish_reason":"length"/);
    assert.match(
      closing[1] ?? '',
      /"service_tier":"flex","choices":\[\],"usage":\{"prompt_tokens":7,"completion_tokens":4/,
    );
    assert.equal(closing[2], 'data: [DONE]');
  });

  test('tells its usage in a stream only to who asked, and its cost with it', () => {
    const parts = [start, text('a'), finish];
    assert.doesNotMatch(written(parts, end, { ...context, body: {} }), /usage/);
    const priced = { ...end, costNanoUsd: 1_234n };
    assert.match(written(parts, priced, { ...context, body: { usage: { include: true } } }), /"cost":0.000001234/);
    assert.equal(JSON.parse(writeChatAnswer(parts, priced, context)).usage.cost, 0.000001234);
    assert.doesNotMatch(written(parts, noEnd), /usage/);
  });

  test('has the proofs of thoughts beside their text', () => {
    const thinking: AnswerPart[] = [
      start,
      { type: 'reasoning-delta', choice: 0, text: 'h' },
      { type: 'reasoning-delta', choice: 0, text: 'm' },
      { type: 'reasoning-proof', choice: 0, format: 'anthropic-messages', kind: 'signature', value: 'sig' },
      { type: 'reasoning-proof', choice: 0, format: 'openai-responses', kind: 'encrypted', value: 'enc', id: 'rs_1' },
      text('a'),
      finish,
    ];
    const details = [
      { type: 'reasoning.text', text: 'hm', signature: 'sig', format: 'anthropic-claude-v1', index: 0 },
      { type: 'reasoning.encrypted', data: 'enc', format: 'openai-responses-v1', index: 1, id: 'rs_1' },
    ];
    const { message } = JSON.parse(writeChatAnswer(thinking, noEnd, context)).choices[0];
    assert.deepEqual([message.reasoning_content, message.reasoning_details], ['hm', details]);
    const events = written(thinking)
      .split('\n\n')
      .filter((event) => event.includes('reasoning_details'));
    const streamed = events.map((event) => JSON.parse(event.slice(6)).choices[0].delta.reasoning_details[0]);
    assert.deepEqual(streamed, details);
  });

  test('calls custom tools as such', () => {
    const calls: AnswerPart[] = [
      start,
      { type: 'tool-call-start', choice: 0, index: 0, id: 'a', name: 'patch', kind: 'custom' },
      { type: 'tool-call-delta', choice: 0, index: 0, input: 'free' },
      { type: 'finish', choice: 0, reason: 'tool-calls' },
    ];
    const [choice] = JSON.parse(writeChatAnswer(calls, noEnd, context)).choices;
    assert.deepEqual(choice.message.tool_calls, [
      { id: 'a', type: 'custom', custom: { name: 'patch', input: 'free' } },
    ]);
    assert.deepEqual([choice.message.content, choice.finish_reason], [null, 'tool_calls']);
  });
});

describe('an answer that is read', () => {
  const chunk = (delta: object, finishReason: string | null = null, more: object = {}) =>
    `data: ${JSON.stringify({ id: 'c', model: 'm', created: 7, choices: [{ index: 0, delta, finish_reason: finishReason }], ...more })}\n\n`;
  const done = 'data: [DONE]\n\n';
  const said = (text: string, notes: Reading['notes'] = {}) =>
    readStream(text, 7, notes).parts.filter(({ type }) => type !== 'start');

  test('is whole without [DONE] where all choices have finished, and cut where not', () => {
    assert.equal(readStream(chunk({ content: 'a' }) + chunk({}, 'stop'), 9).state, 'whole');
    assert.equal(readStream(chunk({ content: 'a' }), 9).state, 'open');
    assert.deepEqual(readStream(chunk({ content: 'a' }), 9).parts.at(-1), { type: 'text-delta', choice: 0, text: 'a' });
  });

  test('passes foreign events over, and takes an error anywhere for its failure', () => {
    const foreign = 'event: ping\ndata: {"type":"ping"}\n\ndata:\n\ndata: null\n\n: x\n\ndata: {"choices":null}\n\n';
    const { parts, state } = readStream(
      foreign + chunk({ content: 'a' }) + foreign + chunk({}, 'stop') + foreign + done,
      5,
    );
    assert.deepEqual([state, parts.length], ['whole', 3]);
    for (const event of [
      'data: {"error":{"message":"no","code":429}}\n\n',
      chunk({}, 'error'),
      'event: error\ndata: {"message":"no"}\n\n',
    ]) {
      const failed = readStream(chunk({ content: 'a' }) + event + done, 1_000);
      assert.equal(failed.state, 'failed');
      assert.ok(failed.reader.failure());
    }
    assert.equal(readStream('data: {"choices":[{"delta\n\n', 100).state, 'invalid');
    assert.equal(readStream(done, 100).state, 'invalid');
  });

  test('has its thoughts by any name, once', () => {
    for (const delta of [
      { reasoning_content: 'hm' },
      { reasoning: 'hm' },
      { reasoning: 'hm', reasoning_content: 'hm', reasoning_details: [{ type: 'reasoning.text', text: 'hm' }] },
      { reasoning_details: [{ type: 'reasoning.text', text: 'hm' }] },
      { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }] },
    ]) {
      assert.deepEqual(said(chunk(delta) + chunk({}, 'stop') + done)[0], {
        type: 'reasoning-delta',
        choice: 0,
        text: 'hm',
      });
    }
  });

  test('has its calls told apart, however a provider counts them', () => {
    const call = (fields: object) => chunk({ tool_calls: [fields] });
    const expected = ['f:{"a":1}', 'g:{}'];
    const whole = { function: { name: 'f', arguments: '{"a":1}' } };
    const other = { function: { name: 'g', arguments: '{}' } };
    for (const stream of [
      call({ index: 0, id: 'a', ...whole }) + call({ index: 1, id: 'b', ...other }),
      call({ index: 0, id: 'a', ...whole }) + call({ index: 0, id: 'b', ...other }),
      call({ id: 'a', ...whole }) + call({ id: 'b', ...other }),
      chunk({ tool_calls: [whole, other] }),
      call({ index: 0, id: 'a', function: { name: 'f', arguments: { a: 1 } } }) + call({ index: 1, id: 'b', ...other }),
      call({ index: 0, id: 'a', function: { name: 'f' } }) +
        call({ index: 0, id: 'a', function: { name: 'f', arguments: '{"a"' } }) +
        call({ index: 0, function: { arguments: ':1}' } }) +
        call({ index: 1, id: 'b', ...other }),
      call({ index: 0, id: 'a', function: { arguments: '{"a"' } }) +
        call({ index: 0, function: { name: 'f', arguments: ':1}' } }) +
        call({ index: 1, id: 'b', ...other }),
    ]) {
      const calls = new Map<number, string>();
      const ids = new Set<string>();
      for (const part of said(stream + chunk({}, 'stop') + done)) {
        if (part.type === 'tool-call-start') {
          calls.set(part.index, `${part.name}:`);
          ids.add(part.id);
        }
        if (part.type === 'tool-call-delta') calls.set(part.index, calls.get(part.index) + part.input);
        if (part.type === 'finish') assert.equal(part.reason, 'tool-calls');
      }
      assert.deepEqual([[...calls.values()], ids.size], [expected, 2], stream);
    }
  });

  test('has the input of a wrapped tool as text, and the client’s own names of tools', () => {
    const notes = { wrappedTools: new Set(['patch']), toolNames: new Map([['odd_1', 'odd/name']]) };
    const call = (index: number, name: string, args: string) => ({
      index,
      id: `c${index}`,
      function: { name, arguments: args },
    });
    const stream =
      chunk({ tool_calls: [call(0, 'patch', '{"in')] }) +
      chunk({ tool_calls: [{ index: 0, function: { arguments: 'put":"a\\nb"}' } }] });
    const parts = said(
      `${stream}${chunk({ tool_calls: [call(1, 'odd_1', '{}')] })}${chunk({}, 'tool_calls')}${done}`,
      notes,
    );
    const [first] = parts;
    assert.ok(first?.type === 'tool-call-start' && first.kind === 'custom');
    assert.equal(
      parts.map((part) => (part.type === 'tool-call-delta' && part.index === 0 ? part.input : '')).join(''),
      'a\nb',
    );
    assert.ok(
      parts.some((part) => part.type === 'tool-call-start' && part.name === 'odd/name' && part.kind === 'function'),
    );
  });

  test('has the usage and the tier of its last report', () => {
    const usage = { prompt_tokens: 7, completion_tokens: 2 };
    const told = `data: {"choices":[],"service_tier":"flex","usage":${JSON.stringify(usage)}}\n\n`;
    const { reader } = readStream(
      chunk({ content: 'a' }, null, { usage: { ...usage, completion_tokens: 1 } }) + chunk({}, 'stop') + told + done,
      50,
    );
    assert.deepEqual(
      [reader.usage()?.usage, reader.usage()?.serviceTier, reader.isUsageFinal()],
      [{ input: 7, output: 2 }, 'flex', true],
    );
  });

  test('is none without a choice, and a failure where it says so', () => {
    assert.equal(readDocument('{"choices":[]}').state, 'invalid');
    const failed = readDocument('{"error":{"message":"no","code":"rate_limit_exceeded"},"choices":[]}');
    assert.deepEqual([failed.state, failed.reader.failure()?.kind], ['failed', 'rate']);
  });

  test('has its sound and its sources', () => {
    const message = {
      content: null,
      audio: { id: 'a', data: 'AAAA', transcript: 'said', expires_at: 1 },
      annotations: [{ type: 'url_citation', url_citation: { url: 'x' } }],
    };
    const { parts } = readDocument(
      JSON.stringify({ id: 'chatcmpl-1', choices: [{ index: 0, message, finish_reason: 'stop' }] }),
    );
    assert.deepEqual(parts[1], { type: 'audio-delta', choice: 0, data: 'AAAA', transcript: 'said' });
    const document = JSON.parse(writeChatAnswer(parts, noEnd, context)).choices[0].message;
    assert.deepEqual(document.annotations, message.annotations);
    assert.equal(document.audio.transcript, 'said');
  });
});
