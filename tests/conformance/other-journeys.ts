import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { backends } from '../formats/backends.ts';
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

function anthropic({ url, apiKey }: Endpoint): Anthropic {
  return new Anthropic({ apiKey, baseURL: url, maxRetries: 0 });
}
