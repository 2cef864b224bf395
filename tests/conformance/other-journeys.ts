import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import { ApiError, GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import type { ResponseInput } from 'openai/resources/responses/responses';
import { type BackendName, backends, vectorBackend } from '../formats/backends.ts';
import type { Endpoint } from './sdks/sdk.ts';

/** What official SDKs have beside chats; each with the one SDK that has it. */
export interface OtherJourney {
  readonly guarantee: string;
  go(endpoint: Endpoint): Promise<void>;
}

const { model } = backends['openai-chat'];
const claude = backends['anthropic-messages'].model;

export const otherJourneys: readonly OtherJourney[] = [
  {
    guarantee: 'embeddings are numbers, though the SDK asks for base64',
    async go(endpoint) {
      const { data, usage } = await openAi(endpoint).embeddings.create({ model, input: ['one', 'two'], dimensions: 8 });
      assert.deepEqual(
        data.map(({ index, embedding }) => [index, embedding.length, Math.round(Math.hypot(...embedding) * 1_000)]),
        [
          [0, 8, 1_000],
          [1, 8, 1_000],
        ],
      );
      assert.equal(usage.prompt_tokens, 2);
    },
  },
  {
    guarantee: "embeddings of Google's are numbers for OpenAI's SDK, which asks for base64",
    async go(endpoint) {
      const asked = { model: vectorBackend.model, input: ['one', 'two'], dimensions: 8 };
      const { data, usage } = await openAi(endpoint).embeddings.create(asked);
      const floats = await openAi(endpoint).embeddings.create({ ...asked, encoding_format: 'float' });
      for (const [at, { index, embedding }] of data.entries()) {
        assert.deepEqual([index, embedding.length], [at, 8]);
        assert.deepEqual(embedding, floats.data[at]?.embedding.map(Math.fround));
      }
      assert.notDeepEqual(data[0]?.embedding, data[1]?.embedding);
      assert.ok(usage.prompt_tokens > 0 && usage.prompt_tokens === usage.total_tokens);
    },
  },
  ...[model, vectorBackend.model].map(
    (embedder): OtherJourney => ({
      guarantee: `embeddings of ${embedder} come to Google's SDK, in the order of the texts`,
      async go(endpoint) {
        const { models } = google(endpoint);
        const config = { outputDimensionality: 8 };
        const both = await models.embedContent({ model: embedder, contents: ['one', 'two'], config });
        const second = await models.embedContent({ model: embedder, contents: 'two', config });
        assert.deepEqual(
          both.embeddings?.map(({ values }) => values?.length),
          [8, 8],
        );
        assert.deepEqual(both.embeddings?.[1]?.values, second.embeddings?.[0]?.values);
        assert.notDeepEqual(both.embeddings?.[0]?.values, both.embeddings?.[1]?.values);
        assert.ok((both.usageMetadata?.promptTokenCount ?? 0) > (second.usageMetadata?.promptTokenCount ?? 0));
      },
    }),
  ),
  {
    guarantee: "Google's SDK is told what it can read of a text that is too much, or of a picture",
    async go(endpoint) {
      const { models } = google(endpoint);
      const picture = { inlineData: { mimeType: 'image/png', data: 'AAAA' } };
      for (const contents of [Array<string>(101).fill('a'), [{ parts: [picture] }]]) {
        const asked = models.embedContent({ model: vectorBackend.model, contents });
        await assert.rejects(asked, (error) => error instanceof ApiError && error.status === 400);
      }
    },
  },
  {
    guarantee: 'a text is completed, whole and streamed',
    async go(endpoint) {
      const asked = { model, prompt: 'Good morning', max_tokens: 50 };
      const whole = await openAi(endpoint).completions.create(asked);
      const chunks = await Array.fromAsync(await openAi(endpoint).completions.create({ ...asked, stream: true }));
      assert.match(whole.choices[0]?.text ?? '', /"Good morning"/);
      assert.equal(chunks.map(({ choices }) => choices[0]?.text ?? '').join(''), whole.choices[0]?.text);
      // Nobody asked for the stream's usage.
      assert.ok(chunks.every(({ usage }) => !usage));
    },
  },
  {
    guarantee: 'tokens of a Responses request are counted',
    async go(endpoint) {
      const { responses } = openAi(endpoint);
      const counted = await responses.inputTokens.count({
        model: backends['openai-responses'].model,
        input: 'Good morning',
      });
      assert.equal(counted.input_tokens, 7);
    },
  },
  ...(Object.keys(backends) as BackendName[]).map(
    (behind): OtherJourney => ({
      guarantee: `a conversation is compacted by ${behind}, and gone on from`,
      async go(endpoint) {
        const { responses } = openAi(endpoint);
        const { model: compacts } = backends[behind];
        const compacted = await responses.compact({
          model: compacts,
          instructions: 'Be brief.',
          input: [
            { role: 'user', content: 'Good morning' },
            { type: 'function_call', call_id: 'call_1', name: 'look', arguments: '{}' },
            { type: 'function_call_output', call_id: 'call_1', output: 'sunny' },
            { role: 'assistant', content: 'It is sunny.' },
          ],
        });
        assert.equal(compacted.object, 'response.compaction');
        assert.deepEqual(
          compacted.output.map(({ type }) => type ?? 'message'),
          ['message', 'compaction'],
        );
        assert.ok(compacted.usage.input_tokens > 0 && compacted.usage.output_tokens > 0);
        const input = [...(compacted.output as ResponseInput), { role: 'user' as const, content: 'Good evening' }];
        const next = await responses.create({ model: compacts, input });
        assert.match(next.output_text, /Good evening"/);
        if (behind === 'openai-responses') return;
        // It was written by the gateway, so that any model can go on from it.
        const elsewhere = await responses.create({ model: claude, input });
        assert.match(elsewhere.output_text, /Good evening"/);
      },
    }),
  ),
  {
    guarantee: 'tokens of a message are counted',
    async go(endpoint) {
      const messages = [{ role: 'user' as const, content: 'Good morning' }];
      const counted = await anthropic(endpoint).messages.countTokens({ model: claude, messages });
      assert.equal(counted.input_tokens, 7);
    },
  },
  {
    guarantee: 'models are listed by both SDKs, each in its own form',
    async go(endpoint) {
      const ofOpenAi = await Array.fromAsync(openAi(endpoint).models.list());
      const ofAnthropic = await Array.fromAsync(anthropic(endpoint).models.list());
      assert.ok(ofOpenAi.some(({ id, object }) => id === model && object === 'model'));
      assert.ok(ofAnthropic.some(({ id, type }) => id === claude && type === 'model'));
    },
  },
];

function openAi({ url, apiKey }: Endpoint): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${url}/v1`, maxRetries: 0 });
}

function google({ url, apiKey }: Endpoint): GoogleGenAI {
  return new GoogleGenAI({ apiKey, httpOptions: { baseUrl: url, retryOptions: { attempts: 1 } } });
}

function anthropic({ url, apiKey }: Endpoint): Anthropic {
  return new Anthropic({ apiKey, baseURL: url, maxRetries: 0 });
}
