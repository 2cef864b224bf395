import assert from 'node:assert/strict';
import OpenAI from 'openai';
import type { ResponseInput, ResponsesClientEvent, ResponsesServerEvent } from 'openai/resources/responses/responses';
import { ResponsesWS } from 'openai/resources/responses/ws';
import { scripted } from '../../tools/simulator/src/testing.ts';
import { type BackendName, backends } from '../formats/backends.ts';
import type { OtherJourney } from './other-journeys.ts';
import type { Endpoint } from './sdks/sdk.ts';

type Create = Extract<ResponsesClientEvent, { type: 'response.create' }>;
type Completed = Extract<ResponsesServerEvent, { type: 'response.completed' }>;

/** The official SDK's socket, with its events in the order in which they came. */
function openSocket({ url, apiKey }: Endpoint) {
  const socket = new ResponsesWS(new OpenAI({ apiKey, baseURL: `${url}/v1`, maxRetries: 0 }));
  // The SDK throws an error that nobody listens for.
  socket.on('error', () => undefined);
  const events = socket.stream();
  return {
    send: (turn: Omit<Create, 'type'>) => socket.send({ type: 'response.create', ...turn }),
    /** The next response that is whole, or the error in its place. */
    async ended(): Promise<ResponsesServerEvent> {
      for await (const record of { [Symbol.asyncIterator]: () => ({ next: () => events.next() }) }) {
        if (record.type === 'message' && ends.has(record.message.type)) return record.message;
        if (record.type === 'error' && record.error.error !== undefined) return record.error.error;
        if (record.type === 'close') break;
      }
      throw new Error('the socket was closed');
    },
    close: () => socket.close(),
  };
}

const ends: ReadonlySet<string> = new Set(['response.completed', 'response.failed', 'response.incomplete']);

async function completed(socket: ReturnType<typeof openSocket>): Promise<Completed> {
  const event = await socket.ended();
  assert.equal(event.type, 'response.completed', JSON.stringify(event));
  return event as Completed;
}

function textOf({ response }: Completed): string {
  return response.output
    .flatMap((item) => (item.type === 'message' ? item.content : []))
    .map((part) => (part.type === 'output_text' ? part.text : ''))
    .join('');
}

const tool = {
  type: 'function' as const,
  name: 'get_weather',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
  strict: true,
};

/** A socket's turns are those of HTTP behind the ingress: one provider of each maker's format is enough. */
const spoken: readonly BackendName[] = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini-generate'];

/** What the official SDK does over a socket. */
export const socketJourneys: readonly OtherJourney[] = spoken.flatMap((behind) => {
  const { model } = backends[behind];
  return [
    {
      guarantee: `turns over a socket go on from unstored ones, with ${behind} behind`,
      async go(endpoint) {
        const socket = openSocket(endpoint);
        socket.send({ model, store: false, input: 'How is the weather?', tools: [tool] });
        const { response } = await completed(socket);
        const call = response.output.find((item) => item.type === 'function_call');
        assert.ok(call?.type === 'function_call' && call.name === 'get_weather', JSON.stringify(response.output));
        assert.ok((response.usage?.output_tokens ?? 0) > 0);
        const input: ResponseInput = [{ type: 'function_call_output', call_id: call.call_id, output: '21 °C' }];
        socket.send({ model, store: false, input, tools: [tool], previous_response_id: response.id });
        assert.match(textOf(await completed(socket)), /21 °C/);
        socket.close();
      },
    },
    {
      guarantee: `two lanes of a socket are told apart, with ${behind} behind`,
      async go(endpoint) {
        const socket = openSocket(endpoint);
        const slow = scripted({ chunkDelayMs: 5 }, 'Lane one');
        socket.send({ model, input: slow, stream_id: 'one' } as Omit<Create, 'type'>);
        socket.send({ model, input: 'Lane two', stream_id: 'two' } as Omit<Create, 'type'>);
        const both = [await completed(socket), await completed(socket)];
        const byLane = new Map(both.map((event) => [event.stream_id, textOf(event)]));
        assert.match(byLane.get('one') ?? '', /Lane one/);
        assert.match(byLane.get('two') ?? '', /Lane two/);
        socket.close();
      },
    },
    {
      guarantee: `an error over a socket is one, and the next turn is served, with ${behind} behind`,
      async go(endpoint) {
        const socket = openSocket(endpoint);
        socket.send({ model: 'no-such-model', input: 'Hi' });
        const refused = await socket.ended();
        assert.equal(refused.type, 'error');
        socket.send({ model, input: 'Hi', previous_response_id: 'resp_never' });
        assert.match(JSON.stringify(await socket.ended()), /previous_response_not_found/);
        socket.send({ model, input: scripted({ status: 400, errorText: 'no such thing' }) });
        assert.match(JSON.stringify(await socket.ended()), /no such thing/);
        socket.send({ model, input: 'Good morning' });
        assert.match(textOf(await completed(socket)), /Good morning/);
        socket.close();
      },
    },
    {
      guarantee: `a client that closes its socket in mid-turn leaves nothing behind, with ${behind} behind`,
      async go(endpoint) {
        const socket = openSocket(endpoint);
        socket.send({ model, input: scripted({ chunks: 40, chunkDelayMs: 20 }) });
        socket.send({ model, input: scripted({ chunks: 40, chunkDelayMs: 20 }) });
        await new Promise((resolve) => setTimeout(resolve, 200));
        socket.close();
      },
    },
  ] satisfies OtherJourney[];
});
