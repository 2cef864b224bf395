import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A provider that records what it is sent, byte for byte, and answers as the test at hand tells it. */
export interface RawProvider extends AsyncDisposable {
  /** As a provider's `baseUrl`. */
  readonly baseUrl: string;
  readonly requests: readonly RecordedRequest[];
  answer: (response: ServerResponse, request: RecordedRequest) => void | Promise<void>;
}

export interface RecordedRequest {
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export async function startRawProvider(): Promise<RawProvider> {
  const requests: RecordedRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const request = { headers: incoming.headers, body: await buffer(incoming) };
    requests.push(request);
    await provider.answer(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const provider: RawProvider = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    answer: answerHello,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return provider;
}

/** The smallest whole answer: `Hello`, 10 tokens in, 1 out. */
export function answerHello(response: ServerResponse): void {
  response.setHeader('content-type', 'application/json').end(
    JSON.stringify({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'gpt-4o',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11 },
    }),
  );
}
