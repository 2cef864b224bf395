import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** What a member does with a call. */
export type Act =
  | { readonly kind: 'answer'; readonly text?: string; readonly delayMs?: number; readonly pieceMs?: number }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly error?: Readonly<Record<string, unknown>>;
    }
  /** Takes the request and says nothing. */
  | { readonly kind: 'hang' }
  /** Breaks the connection before any head. */
  | { readonly kind: 'reset' }
  /** Breaks a stream after so many words. */
  | { readonly kind: 'cut'; readonly afterWords: number };

export interface MemberCall {
  /** Counted from 1. */
  readonly number: number;
  readonly requestId: string;
  /** As `authorization` has it. */
  readonly key: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** What it told the gateway to have used; null: nothing, or not all of it. */
  told: { readonly input: number; readonly output: number } | null;
  readonly atMs: number;
}

export type Behaviour = (call: MemberCall) => Act;

/** One provider of a fleet, on a port of its own: it can be told to fail in any way, and goes away and comes back. */
export interface FleetMember extends AsyncDisposable {
  /** Up to and including `/v1`. */
  readonly baseUrl: string;
  /** All of them so far. */
  readonly calls: readonly MemberCall[];
  /** Calls under way, and the most of them at once. */
  inFlight(): { readonly now: number; readonly most: number };
  behave(behaviour: Behaviour): void;
  /** Nobody listens any more; connections are broken. */
  goAway(): Promise<void>;
  /** At the same port. */
  comeBack(): Promise<void>;
}

export const answers: Behaviour = () => ({ kind: 'answer' });

/** Every request costs the same: 10 tokens in, 5 out. */
export const USED = { input: 10, output: 5 } as const;

const WORDS = ['Hello', ' from', ' the', ' whole', ' fleet'];

export async function startFleetMember(name: string): Promise<FleetMember> {
  const calls: MemberCall[] = [];
  const sockets = new Set<Socket>();
  let behaviour = answers;
  let now = 0;
  let most = 0;
  let port = 0;
  let server: Server | null = null;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = Buffer.concat(await Array.fromAsync(request)).toString();
    if (request.method === 'GET') return void sendJson(response, 200, { object: 'list', data: [{ id: name }] });
    const call: MemberCall = {
      number: calls.length + 1,
      requestId: String(request.headers['x-request-id'] ?? ''),
      key: String(request.headers.authorization ?? ''),
      body: JSON.parse(text) as Record<string, unknown>,
      told: null,
      atMs: performance.now(),
    };
    calls.push(call);
    now += 1;
    most = Math.max(most, now);
    response.once('close', () => {
      now -= 1;
    });
    await act(behaviour(call), call, response);
  }

  async function listen(): Promise<void> {
    server = createServer((request, response) => void serve(request, response).catch(() => response.destroy()));
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  }

  async function goAway(): Promise<void> {
    const ending = server;
    server = null;
    for (const socket of sockets) socket.destroy();
    if (ending !== null) await new Promise((resolve) => ending.close(resolve));
  }

  await listen();
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    calls,
    inFlight: () => ({ now, most }),
    behave(wanted) {
      behaviour = wanted;
    },
    goAway,
    comeBack: listen,
    [Symbol.asyncDispose]: goAway,
  };
}

async function act(wanted: Act, call: MemberCall, response: ServerResponse): Promise<void> {
  switch (wanted.kind) {
    case 'answer':
      if (wanted.delayMs) await pause(wanted.delayMs);
      return call.body['stream'] === true
        ? stream(wanted.text === undefined ? WORDS : [wanted.text], wanted.pieceMs ?? 0, call, response)
        : whole(wanted.text ?? WORDS.join(''), call, response);
    case 'status':
      return sendJson(
        response,
        wanted.status,
        { error: { message: `status ${wanted.status}`, type: 'server_error', ...wanted.error } },
        wanted.headers,
      );
    case 'hang':
      return;
    case 'reset':
      response.destroy();
      return;
    case 'cut':
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const word of WORDS.slice(0, wanted.afterWords)) response.write(chunk({ content: word }));
      await pause(20);
      response.destroy();
      return;
  }
}

function sendJson(
  response: ServerResponse,
  status: number,
  document: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(document));
}

const usage = { prompt_tokens: USED.input, completion_tokens: USED.output, total_tokens: USED.input + USED.output };

function whole(content: string, call: MemberCall, response: ServerResponse): void {
  call.told = USED;
  sendJson(response, 200, {
    id: 'c',
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage,
  });
}

async function stream(
  words: readonly string[],
  pieceMs: number,
  call: MemberCall,
  response: ServerResponse,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const word of words) {
    response.write(chunk({ content: word }));
    if (pieceMs > 0) await pause(pieceMs);
  }
  response.write(chunk({}, 'stop'));
  call.told = USED;
  response.end(`data: ${JSON.stringify({ id: 'c', choices: [], usage })}\n\ndata: [DONE]\n\n`);
}

function chunk(delta: Readonly<Record<string, unknown>>, finish_reason: string | null = null): string {
  const choices = [{ index: 0, delta, finish_reason }];
  return `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices })}\n\n`;
}
