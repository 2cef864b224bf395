import assert from 'node:assert/strict';
import { type Dispatcher, request } from 'undici';
import type { Usage } from '#ai/usage.ts';
import { describe, type Scope, test } from '#testkit/test.ts';
import type { Script, UsageDialect } from './script.ts';
import { eventsOf, meteredFor, simulatorFor, smallRequests } from './testing.ts';

const usage = { prompt: 100, completion: 50, cached: 40, reasoning: 20 };
const due: Usage = { input: 60, cached_input: 40, output: 30, reasoning: 20 };

type FormatAsked = keyof typeof smallRequests;

/** The bytes as they come, undecoded. */
function ask(url: string, format: FormatAsked, script: Script, stream: boolean): Promise<Dispatcher.ResponseData> {
  const [path, body] = smallRequests[format];
  const options = stream && format !== 'openai-responses' && format !== 'anthropic-messages';
  return request(url + path, {
    method: 'POST',
    headers: {
      authorization: 'Bearer any',
      'anthropic-version': '2023-06-01',
      'x-request-id': 'r1',
      'x-simulator-script': JSON.stringify(script),
    },
    body: JSON.stringify({ ...body, stream, ...(options ? { stream_options: { include_usage: true } } : {}) }),
  });
}

async function streamOf(test: Scope, format: FormatAsked, script: Script) {
  const url = await simulatorFor(test);
  const text = await (await ask(url, format, script, true)).body.text();
  return { url, text, events: eventsOf(text) };
}

function documentsOf(events: readonly { readonly data: string }[]) {
  return events.filter(({ data }) => data.startsWith('{')).map(({ data }) => JSON.parse(data));
}

describe('usage as providers of OpenAI’s format report it', () => {
  const wholeReports: Readonly<Partial<Record<UsageDialect, object>>> = {
    deepseek: { prompt_tokens: 100, completion_tokens: 50, prompt_cache_hit_tokens: 40, prompt_cache_miss_tokens: 60 },
    moonshot: { prompt_tokens: 100, completion_tokens: 50, cached_tokens: 40 },
    groq: { prompt_tokens: 100, completion_tokens: 50, prompt_tokens_details: { cached_tokens: 40 } },
    mistral: { prompt_tokens: 100, completion_tokens: 50, num_cached_tokens: 40 },
    xai: {
      prompt_tokens: 100,
      completion_tokens: 30,
      total_tokens: 150,
      completion_tokens_details: { reasoning_tokens: 20 },
    },
    'odd-reasoning': { completion_tokens: 50, completion_tokens_details: { reasoning_tokens: 605 } },
  };
  for (const [usageDialect, report] of Object.entries(wholeReports)) {
    test(`${usageDialect} has names of its own, and the meter what is right to bill`, async (context) => {
      const url = await simulatorFor(context);
      const { body } = await ask(url, 'openai-chat', { usage, usageDialect: usageDialect as UsageDialect }, false);
      assert.partialDeepStrictEqual(await body.json(), { usage: report });
      const { usage: metered } = await meteredFor(url, 'r1');
      const { output: _, ...rest } = due;
      assert.deepEqual(metered, usageDialect === 'odd-reasoning' ? { ...rest, reasoning: 50 } : due);
    });
  }

  test('moonshot reports in the choice that ends, groq in a field of its own', async (context) => {
    const moonshot = documentsOf((await streamOf(context, 'openai-chat', { usage, usageDialect: 'moonshot' })).events);
    assert.equal(moonshot.at(-1).choices[0].usage.cached_tokens, 40);
    const groq = documentsOf((await streamOf(context, 'openai-chat', { usage, usageDialect: 'groq' })).events);
    assert.equal(groq.at(-1).x_groq.usage.completion_tokens, 50);
  });

  test('a report in every chunk grows up to the last, and no chunk before has a finish reason', async (context) => {
    const { events } = await streamOf(context, 'openai-chat', { usage, usageDialect: 'every-chunk', chunks: 5 });
    const documents = documentsOf(events);
    const counts = documents.map((document) => document.usage.completion_tokens);
    assert.deepEqual(counts, [0, 10, 20, 30, 40, 50, 50]);
    assert.deepEqual(
      new Set(documents.slice(0, -1).map((document) => document.choices[0].finish_reason)),
      new Set(['']),
    );
  });

  test('zeros come after the report, and undo nothing in the meter', async (context) => {
    const { url, events } = await streamOf(context, 'openai-chat', { usage, usageDialect: 'zero-later' });
    const reports = documentsOf(events).flatMap((document) => (document.usage ? [document.usage.prompt_tokens] : []));
    assert.deepEqual(reports, [100, 0]);
    assert.deepEqual((await meteredFor(url, 'r1')).usage, due);
  });

  test('a chunk of usage may have null for its choices, or none', async (context) => {
    const isNull = documentsOf((await streamOf(context, 'openai-chat', { usageChoices: 'null' })).events).at(-1);
    const isAbsent = documentsOf((await streamOf(context, 'openai-chat', { usageChoices: 'absent' })).events).at(-1);
    assert.deepEqual([isNull.choices, isAbsent.choices], [null, undefined]);
    assert.ok(isNull.usage && isAbsent.usage);
  });
});

test('Anthropic’s later zeros say nothing of the prompt, and undo nothing in the meter', async (context) => {
  const { url, events } = await streamOf(context, 'anthropic-messages', { usage, usageDialect: 'zero-later' });
  const documents = documentsOf(events);
  assert.equal(documents[0].message.usage.cache_read_input_tokens, 40);
  assert.partialDeepStrictEqual(documents.at(-2).usage, { input_tokens: 0, output_tokens: 50 });
  assert.deepEqual((await meteredFor(url, 'r1')).usage, due);
});

test('what is cached for long has a unit of its own in each format', async (context) => {
  const url = await simulatorFor(context);
  const script = { usage: { prompt: 100, completion: 1, cacheWrite: 20, cacheWriteLong: 30 } };
  const chat = (await (await ask(url, 'openai-chat', script, false)).body.json()) as { usage: object };
  assert.partialDeepStrictEqual(chat.usage, {
    prompt_tokens_details: {
      cache_write_tokens: 50,
      cache_write_tokens_details: { ttl_30m_tokens: 20, ttl_12h_tokens: 30 },
    },
  });
  assert.deepEqual((await meteredFor(url, 'r1')).usage, { input: 50, cache_write: 20, cache_write_12h: 30, output: 1 });
  await fetch(`${url}/simulator/meter`, { method: 'DELETE' });
  const message = (await (await ask(url, 'anthropic-messages', script, false)).body.json()) as { usage: object };
  assert.partialDeepStrictEqual(message.usage, {
    cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 30 },
  });
  assert.deepEqual((await meteredFor(url, 'r1')).usage, { input: 50, cache_write: 20, cache_write_1h: 30, output: 1 });
});

for (const format of Object.keys(smallRequests) as FormatAsked[]) {
  describe(format, () => {
    test('an error in a 200 is metered as failed at nothing, whole or as the first event', async (context) => {
      for (const stream of [false, true]) {
        const url = await simulatorFor(context);
        const { statusCode, body } = await ask(url, format, { errorIn200: true }, stream);
        assert.equal(statusCode, 200);
        const text = await body.text();
        const document = stream ? documentsOf(eventsOf(text))[0] : JSON.parse(text);
        assert.ok(document.error !== undefined || document.type === 'error');
        const { status, usage: metered } = await meteredFor(url, 'r1');
        assert.deepEqual([status, metered], ['failed', {}]);
      }
    });

    test('a compressed body is the same text', async (context) => {
      for (const stream of [false, true]) {
        const url = await simulatorFor(context);
        const [path, body] = smallRequests[format];
        // fetch undoes the compression.
        const response = await fetch(url + path, {
          method: 'POST',
          headers: {
            authorization: 'Bearer any',
            'anthropic-version': '2023-06-01',
            'x-simulator-script': '{"gzip":true,"text":"Hello"}',
          },
          body: JSON.stringify({ ...body, stream }),
        });
        assert.equal(response.headers.get('content-encoding'), 'gzip');
        assert.match(await response.text(), /Hello/);
      }
    });

    test('a body is cut at the very byte, and metered as failed', async (context) => {
      for (const stream of [false, true]) {
        const url = await simulatorFor(context);
        const { body } = await ask(url, format, { cutAfterBytes: 123 }, stream);
        let bytes = 0;
        await assert.rejects(async () => {
          for await (const part of body) bytes += part.length;
        });
        assert.equal(bytes, 123);
        assert.equal((await meteredFor(url, 'r1')).status, 'failed');
      }
    });

    test('a limit of bytes beyond the end cuts nothing', async (context) => {
      const url = await simulatorFor(context);
      await (await ask(url, format, { cutAfterBytes: 90_000_000 }, true)).body.dump();
      assert.equal((await meteredFor(url, 'r1')).status, 'completed');
    });

    test('line ends, a byte order mark and foreign events change nothing of the answer', async (context) => {
      for (const lineEnds of ['crlf', 'cr'] as const) {
        const { text } = await streamOf(context, format, {
          lineEnds,
          byteOrderMark: true,
          foreignEvents: true,
          text: 'ab',
        });
        const lineEnd = lineEnds === 'crlf' ? '\r\n' : '\r';
        assert.ok(!text.replaceAll(lineEnd, '').match(/[\r\n]/));
        const plain = text.replaceAll(lineEnd, '\n');
        assert.match(plain, /^: PROCESSING$/m);
        assert.match(plain, /^event: billing$/m);
        assert.ok(documentsOf(eventsOf(plain)).some((document) => JSON.stringify(document).includes('"ab"')));
      }
    });

    test('a status has the words that it is told', async (context) => {
      for (const status of [404, 405, 413, 429, 529]) {
        const url = await simulatorFor(context);
        const { statusCode, body } = await ask(url, format, { status, errorText: 'prompt is too long' }, true);
        assert.equal(statusCode, status);
        assert.partialDeepStrictEqual(await body.json(), { error: { message: 'prompt is too long' } });
      }
    });

    test('silence comes after the head, and before the first event', async (context) => {
      const url = await simulatorFor(context);
      const { statusCode, body } = await ask(url, format, { silenceMs: 86_000_000, foreignEvents: true }, true);
      assert.equal(statusCode, 200);
      for await (const part of body) {
        assert.equal(String(part), ': PROCESSING\n\n');
        break;
      }
      assert.partialDeepStrictEqual(await meteredFor(url, 'r1'), { status: 'aborted', usage: {} });
    });
  });
}

test('a finish reason may stand in every chunk', async (context) => {
  const { events } = await streamOf(context, 'openai-chat', { repeatFinish: true, chunks: 3 });
  const documents = documentsOf(events).filter(({ choices }) => choices.length > 0);
  assert.deepEqual(new Set(documents.map(({ choices }) => choices[0].finish_reason)), new Set(['stop']));
});

test('thoughts are shown in the field of the dialect, and hidden where OpenAI hides them', async (context) => {
  const url = await simulatorFor(context);
  const fieldsOf = async (script: Script) => {
    const { body } = await ask(url, 'openai-chat', { thoughts: 'Let me think.', ...script }, false);
    const { choices, usage: report } = (await body.json()) as {
      choices: [{ message: object }];
      usage: { completion_tokens_details: object };
    };
    return { message: choices[0].message, details: report.completion_tokens_details };
  };
  assert.partialDeepStrictEqual(await fieldsOf({ usageDialect: 'deepseek' }), {
    message: { reasoning_content: 'Let me think.' },
    details: { reasoning_tokens: 3 },
  });
  assert.partialDeepStrictEqual((await fieldsOf({ usageDialect: 'groq' })).message, { reasoning: 'Let me think.' });
  assert.ok(!JSON.stringify(await fieldsOf({})).includes('think'));
});

test('a tool’s input may stand in the start of its block, without deltas', async (context) => {
  const url = await simulatorFor(context);
  const response = await request(`${url}/v1/messages`, {
    method: 'POST',
    headers: {
      'x-api-key': 'any',
      'anthropic-version': '2023-06-01',
      'x-simulator-script': '{"toolInputInStart":true}',
    },
    body: JSON.stringify({
      ...smallRequests['anthropic-messages'][1],
      stream: true,
      tools: [{ name: 'f', input_schema: { type: 'object', properties: { id: { const: 7 } }, required: ['id'] } }],
    }),
  });
  const documents = documentsOf(eventsOf(await response.body.text()));
  const start = documents.find(({ type }) => type === 'content_block_start');
  assert.deepEqual(start.content_block.input, { id: 7 });
  assert.ok(documents.every(({ type }) => type !== 'content_block_delta'));
});
