import assert from 'node:assert/strict';
import type { FormatName } from '#ai/format.ts';
import { scripted } from '../../tools/simulator/src/testing.ts';
import { pixel } from '../e2e/support/sample-requests.ts';
import type { Answer, Endpoint, ErrorKind, JsonSchema, Question, Sdk } from './sdks/sdk.ts';

/** Where a journey goes: through what, to which models, and what speaks behind. */
export interface Target {
  readonly endpoint: Endpoint;
  readonly model: string;
  /** A model that can think. */
  readonly thinker: string;
  readonly behind: FormatName;
}

/** What a user of any SDK does; fails where the SDK gives him something else than he asked for. */
export interface Journey {
  readonly guarantee: string;
  go(sdk: Sdk, target: Target): Promise<void>;
}

const schema: JsonSchema = {
  type: 'object',
  properties: { city: { type: 'string' }, unit: { type: 'string', enum: ['celsius', 'fahrenheit'] } },
  required: ['city', 'unit'],
  additionalProperties: false,
};
/** The smallest document of the schema, which the simulator writes. */
const smallest = { city: 'text', unit: 'celsius' };
const tool = { name: 'get_weather', description: 'The weather in a city.', schema };

/** Formats whose answers can show what a model thought. */
const showsThoughts: ReadonlySet<FormatName> = new Set([
  'openai-responses',
  'anthropic-messages',
  'gemini-generate',
  'bedrock-converse',
]);

export const journeys: readonly Journey[] = [
  ...[false, true].flatMap((stream): Journey[] => {
    const how = stream ? 'streamed' : 'whole';
    return [
      {
        guarantee: `text comes ${how}, with its end and its usage`,
        async go(sdk, { endpoint, model }) {
          const pieces: string[] = [];
          const answer = await sdk.ask(endpoint, {
            model,
            text: 'Good morning',
            stream,
            onText: (text) => pieces.push(text),
          });
          assert.equal(answer.text, 'Hello from the simulator! You said: "Good morning".');
          assert.equal(answer.stop, 'stop');
          assert.equal(answer.outputTokens, 8);
          assert.ok((answer.inputTokens ?? 0) > 0);
          if (stream) assert.ok(pieces.length > 1);
        },
      },
      {
        guarantee: `a tool is called and its result taken, ${how}`,
        async go(sdk, { endpoint, model }) {
          const first = await sdk.ask(endpoint, { model, text: 'How is the weather?', stream, tool });
          assertCalled(first, 1);
          const second = await first.giveResult('21 °C');
          assert.equal(second.text, 'Thank you, the tool answered: "21 °C".');
          assert.equal(second.stop, 'stop');
        },
      },
      {
        guarantee: `two calls at once stay apart, ${how}`,
        async go(sdk, { endpoint, model }) {
          const text = scripted({ toolCalls: 2 });
          const first = await sdk.ask(endpoint, { model, text, stream, tool });
          assertCalled(first, 2);
          assert.notEqual(first.calls[0]?.id, first.calls[1]?.id);
          assert.match((await first.giveResult('21 °C')).text, /21 °C/);
        },
      },
      {
        guarantee: `a document of a schema comes ${how}`,
        async go(sdk, { endpoint, model }) {
          const answer = await sdk.ask(endpoint, { model, text: 'Where?', stream, schema });
          assert.deepEqual(JSON.parse(answer.text), smallest);
          assert.equal(answer.stop, 'stop');
        },
      },
      {
        guarantee: `thoughts come ${how}, count as output, and are shown where both sides can`,
        async go(sdk, { endpoint, thinker, behind }) {
          const answer = await sdk.ask(endpoint, { model: thinker, text: 'Think!', stream, thinks: true });
          assert.equal(answer.text, 'Hello from the simulator! You said: "Think!".');
          // Seven words are thought and seven said.
          assert.equal(answer.outputTokens, 14);
          const isShown = showsThoughts.has(sdk.speaks) && showsThoughts.has(behind);
          assert.equal(answer.thoughts, isShown ? 'The user said "Think!". I will answer.' : '');
        },
      },
      {
        guarantee: `a thinking model calls a tool and goes on with its thoughts, ${how}`,
        async go(sdk, { endpoint, thinker }) {
          const first = await sdk.ask(endpoint, { model: thinker, text: 'Weather?', stream, thinks: true, tool });
          assertCalled(first, 1);
          assert.match((await first.giveResult('21 °C')).text, /21 °C/);
        },
      },
    ];
  }),
  {
    guarantee: 'an image reaches the model',
    async go(sdk, { endpoint, model }) {
      const answer = await sdk.ask(endpoint, { model, text: 'What is this?', stream: false, image: pixel });
      assert.match(answer.text, /I also received 1 image/);
    },
  },
  {
    guarantee: 'an answer that its limit cut says so',
    async go(sdk, { endpoint, model }) {
      const answer = await sdk.ask(endpoint, { model, text: scripted({ finishReason: 'length' }), stream: true });
      assert.equal(answer.stop, 'length');
    },
  },
  ...errorJourneys([
    [400, 'bad-request'],
    [429, 'rate-limit'],
    [500, 'server'],
  ]),
  {
    guarantee: 'an error in the middle of a stream is thrown',
    async go(sdk, { endpoint, model }) {
      const question = { model, text: scripted({ midStreamError: true, chunks: 10 }), stream: true };
      await assert.rejects(sdk.ask(endpoint, question));
    },
  },
  {
    guarantee: 'a stream that was cut is thrown',
    async go(sdk, { endpoint, model }) {
      const question = { model, text: scripted({ cutAfterChunks: 4, chunks: 10 }), stream: true };
      await assert.rejects(sdk.ask(endpoint, question));
    },
  },
  {
    guarantee: 'a stream that its user aborts ends as aborted',
    async go(sdk, { endpoint, model }) {
      const abort = new AbortController();
      const text = scripted({ chunks: 40, chunkDelayMs: 20 });
      const question: Question = { model, text, stream: true, signal: abort.signal, onText: () => abort.abort() };
      await assert.rejects(sdk.ask(endpoint, question), (error) => sdk.kindOf(error) === 'aborted' || rethrow(error));
    },
  },
];

function errorJourneys(rows: readonly (readonly [status: number, kind: ErrorKind])[]): Journey[] {
  return rows.flatMap(([status, kind]) =>
    [false, true].map((stream) => ({
      guarantee: `a provider's ${status} is thrown as ${kind}${stream ? ', of a stream' : ''}`,
      async go(sdk: Sdk, { endpoint, model }: Target) {
        const question = { model, text: scripted({ status }), stream };
        await assert.rejects(sdk.ask(endpoint, question), (error) => {
          assert.equal(sdk.kindOf(error), kind, String(error));
          return true;
        });
      },
    })),
  );
}

function assertCalled({ calls, stop }: Answer, count: number): void {
  assert.equal(stop, 'tool');
  assert.deepEqual(
    calls.map(({ name, input }) => ({ name, input })),
    Array.from({ length: count }, () => ({ name: tool.name, input: smallest })),
  );
}

function rethrow(error: unknown): never {
  throw error;
}
