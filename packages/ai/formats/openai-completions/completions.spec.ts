import assert from 'node:assert/strict';
import { Fault } from '#errors/fault.ts';
import { describe, test } from '#testkit/test.ts';
import type { AnswerPart } from '../../chat/answer-part.ts';
import { noEnd, testTap, testTarget } from '../openai-chat/testing.ts';
import { askCompletion } from './ask.ts';
import { decodeCompletion } from './decode.ts';
import { openAiCompletions } from './format.ts';
import { openCompletionWriter } from './stream-writer.ts';
import { writeCompletionAnswer } from './write-answer.ts';

const request = { model: 'm', prompt: 'once' };

function asked(body: Record<string, unknown>) {
  const read = askCompletion(body, 1_000);
  assert.ok('asked' in read, JSON.stringify(read));
  return read.asked;
}

describe('a text completion that is asked for', () => {
  test('has an answer for each prompt and each of its best', () => {
    for (const [body, choices] of [
      [{}, 1],
      [{ prompt: null }, 1],
      [{ prompt: ['a', 'b', 'c'] }, 3],
      [{ prompt: [1, 2, 3] }, 1],
      [{ prompt: [[1, 2], [3]] }, 2],
      [{ prompt: ['a', 'b'], n: 2 }, 4],
      [{ prompt: ['a', 'b'], n: 2, best_of: 5 }, 10],
    ] as const) {
      assert.equal(asked({ ...request, ...body }).choices, choices, JSON.stringify(body));
    }
  });

  test('has the bound of this format where it names none, and the bytes of its body for its prompt', () => {
    const { outputTokensRequested, promptTokensBound, hasOutput } = asked(request);
    assert.deepEqual([outputTokensRequested, promptTokensBound, hasOutput], [16, 1_100, true]);
    assert.equal(asked({ ...request, max_tokens: 7 }).outputTokensRequested, 7);
    assert.equal(asked({ ...request, max_tokens: 0, echo: true }).outputTokensRequested, 1);
  });

  test('is refused by the field that is wrong', () => {
    const cases: readonly (readonly [Record<string, unknown>, string, string?])[] = [
      [{ prompt: 'a' }, 'model'],
      [{ ...request, prompt: 7 }, 'prompt'],
      [{ ...request, prompt: [] }, 'prompt'],
      [{ ...request, prompt: ['a', 7] }, 'prompt[1]'],
      [{ ...request, prompt: [1, -1] }, 'prompt[0]'],
      [{ ...request, prompt: [[]] }, 'prompt[0]'],
      [{ ...request, prompt: Array(2_049).fill('a') }, 'prompt'],
      [{ ...request, prompt: Array(100).fill('a'), n: 128 }, 'prompt'],
      [{ ...request, n: 0 }, 'n'],
      [{ ...request, best_of: 129 }, 'best_of'],
      [{ ...request, max_tokens: -1 }, 'max_tokens'],
      [{ ...request, stream: 1 }, 'stream'],
      [{ ...request, Best_Of: 1 }, 'Best_Of'],
      [{ ...request, models: ['x'] }, 'models', 'feature_not_priced'],
    ];
    for (const [body, param, code = 'invalid_request'] of cases) {
      const read = askCompletion(body, 1_000);
      assert.ok('refusal' in read, param);
      assert.deepEqual([read.refusal.param, read.refusal.code], [param, code]);
    }
  });
});

describe('a text completion at a provider of another format', () => {
  test('is what a user says, with the settings that chat has as well', () => {
    const body = {
      ...request,
      max_tokens: 5,
      stop: ['x'],
      seed: 7,
      n: 2,
      best_of: 2,
      echo: false,
      suffix: null,
      stream: true,
    };
    const { messages, settings, others, spelling } = decodeCompletion(body);
    assert.deepEqual(messages, [{ role: 'user', content: [{ type: 'text', text: 'once' }], at: 'prompt' }]);
    assert.deepEqual([settings, [...others]], [{ stop: ['x'], seed: '7', choices: 2 }, []]);
    assert.equal(spelling.choices, 'n');
    assert.deepEqual(decodeCompletion({ ...request, prompt: ['once'] }).messages, messages);
  });

  test('has no place for what only this format has', () => {
    const { others } = decodeCompletion({ ...request, suffix: 's', echo: true, logprobs: 3, best_of: 3, x: 1 });
    assert.deepEqual([...others.keys()], ['suffix', 'echo', 'logprobs', 'best_of', 'x']);
  });

  test('is refused with several prompts, with tokens and with none', () => {
    for (const prompt of [['a', 'b'], [1, 2], null, '', [[1]]]) {
      assert.throws(
        () => decodeCompletion({ ...request, prompt }),
        (thrown) => thrown instanceof Fault && thrown.refusal.param === 'prompt',
      );
    }
  });
});

describe('a text completion that is written', () => {
  const parts: AnswerPart[] = [
    { type: 'start', id: 'msg_1', model: 'm', createdAtS: 7 },
    { type: 'reasoning-delta', choice: 0, text: 'hm' },
    { type: 'text-delta', choice: 0, text: 'on' },
    { type: 'text-delta', choice: 0, text: 'ce' },
    { type: 'finish', choice: 0, reason: 'length' },
  ];
  const context = { model: 'm', requestId: 'r', body: { stream_options: { include_usage: true } }, nowS: 1 };
  const end = { usage: { input: 1, output: 2 }, serviceTier: '' };

  test('has the text and nothing else', () => {
    const document = JSON.parse(writeCompletionAnswer(parts, end, context));
    assert.deepEqual(document.choices, [{ text: 'once', index: 0, logprobs: null, finish_reason: 'length' }]);
    assert.deepEqual([document.id, document.object, document.usage.total_tokens], ['cmpl-r', 'text_completion', 3]);
  });

  test('is read by the tap of this format with the same text and usage', () => {
    const writer = openCompletionWriter(context);
    const begun = parts.map((part) => writer.write(part)).join('');
    assert.doesNotMatch(begun, /length/);
    const tap = openAiCompletions.client.openTap(testTap({ stream: true, isUsageHidden: false }));
    const passed = tap.push(Buffer.from(begun))?.toString();
    assert.equal(passed, begun);
    tap.push(Buffer.from(writer.close(end)));
    assert.deepEqual([tap.status(), tap.sample().text, tap.usage()?.usage], ['whole', 'once', { input: 1, output: 2 }]);
  });
});

describe('a text completion that is passed on', () => {
  const chunk = (text: string, finish: string | null = null, index = 0) =>
    `data: {"id":"cmpl-1","object":"text_completion","choices":[{"text":${JSON.stringify(text)},"index":${index},"logprobs":null,"finish_reason":${JSON.stringify(finish)}}]}\n\n`;

  test('keeps its bytes, and is whole when each choice has finished', () => {
    const content = chunk('a "text" {') + chunk('b', null, 1) + chunk('ü') + chunk('d', null, 1);
    const stream = content + chunk('', 'stop') + chunk('', 'length', 1);
    for (let pieceBytes = 1; pieceBytes < 60; pieceBytes += 1) {
      const tap = openAiCompletions.client.openTap(testTap({ stream: true }));
      const bytes = Buffer.from(stream);
      let passed = '';
      for (let at = 0; at < bytes.length; at += pieceBytes)
        passed += tap.push(bytes.subarray(at, at + pieceBytes)) ?? '';
      tap.end();
      assert.deepEqual([passed, tap.status()], [content, 'whole']);
      assert.equal([...tap.sample().text].sort().join(''), [...'a "text" {büd'].sort().join(''));
    }
    const cut = openAiCompletions.client.openTap(testTap({ stream: true }));
    cut.push(Buffer.from(content + chunk('', 'stop')));
    cut.end();
    assert.equal(cut.status(), 'open');
  });

  test('is a document that is held to its end', () => {
    const text = '{"choices":[{"text":"once","index":0}],"usage":{"prompt_tokens":1,"completion_tokens":2}}';
    const tap = openAiCompletions.client.openTap(testTap({}));
    assert.equal(tap.push(Buffer.from(text)), null);
    tap.end();
    assert.deepEqual([tap.status(), tap.usage()?.usage, tap.sample().text], ['whole', { input: 1, output: 2 }, 'once']);
    assert.equal(tap.closing(noEnd).toString(), text);
  });

  test('has its bound by this format’s own name', () => {
    const patched = (body: object) => {
      const bytes = Buffer.from(JSON.stringify(body));
      return JSON.parse(
        openAiCompletions.client
          .patch(bytes, JSON.parse(bytes.toString()), testTarget({ outputTokensMax: 16 }))
          .toString(),
      );
    };
    assert.deepEqual(patched(request), { ...request, max_tokens: 16 });
    assert.deepEqual(patched({ ...request, max_tokens: 20 }), { ...request, max_tokens: 16 });
    assert.deepEqual(patched({ ...request, max_tokens: 0, echo: true }), { ...request, max_tokens: 0, echo: true });
  });
});
