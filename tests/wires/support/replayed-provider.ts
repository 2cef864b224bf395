import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as a provider got it. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Byte for byte. */
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a provider answers: a document, a stream's exact text, or whatever the function does. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer | readonly (string | Buffer)[];
  /** Between the pieces of the body. */
  readonly pauseMs?: number;
  /** Before the head. */
  readonly silenceMs?: number;
  /** Destroys the connection after the body, instead of ending it. */
  readonly isCut?: boolean;
}

export type Answer = (request: Received, call: number) => Reply;

/** Real HTTP, with answers to the byte. Each provider has a path of its own. */
export interface ReplayedProviders extends AsyncDisposable {
  /** A provider that answers like this from now on; its base URL, up to and including `/v1`. */
  add(id: string, answer: Answer): string;
  /** What a provider got so far. */
  received(id: string): readonly Received[];
}

export async function startReplayedProviders(): Promise<ReplayedProviders> {
  const answers = new Map<string, Answer>();
  const received = new Map<string, Received[]>();
  const server = createServer((request, response) => {
    void serve(request, response).catch(() => response.destroy());
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, id = '', ...rest] = (request.url ?? '').split('/');
    const text = Buffer.concat(await Array.fromAsync(request)).toString();
    const got = received.get(id) ?? [];
    received.set(id, got);
    const seen = { path: `/${rest.join('/')}`, headers: request.headers, text, body: JSON.parse(text || '{}') };
    got.push(seen);
    const answer = answers.get(id);
    if (answer === undefined) response.writeHead(404).end();
    else await reply(response, answer(seen, got.length));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    add(id, answer) {
      answers.set(id, answer);
      return `http://127.0.0.1:${port}/${id}/v1`;
    },
    received: (id) => received.get(id) ?? [],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function reply(
  response: ServerResponse,
  { status = 200, headers = {}, body, pauseMs = 0, silenceMs = 0, isCut = false }: Reply,
): Promise<void> {
  if (silenceMs > 0) await pause(silenceMs);
  const pieces = Array.isArray(body) ? (body as readonly (string | Buffer)[]) : [body as string | Buffer];
  const isStream = pieces.length > 1 || String(pieces[0]).startsWith('data:') || String(pieces[0]).startsWith('event:');
  response.writeHead(status, { 'content-type': isStream ? 'text/event-stream' : 'application/json', ...headers });
  for (const [at, piece] of pieces.entries()) {
    if (at > 0 && pauseMs > 0) await pause(pauseMs);
    response.write(piece);
  }
  if (isCut) response.destroy();
  else response.end();
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
