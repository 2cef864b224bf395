import { once } from 'node:events';
import { type ClientOptions, WebSocket } from 'ws';
import type { CompleteFrame } from '#contracts/router.ts';
import { API_KEY, data, end, head, model, type TestGateway } from '../testing.ts';

export interface Frame {
  readonly type: string;
  readonly stream_id?: string;
  readonly status?: number;
  readonly delta?: string;
  readonly error?: { readonly code: string; readonly param: string | null; readonly message: string };
  readonly response?: { readonly id: string; readonly output: readonly object[]; readonly usage: unknown };
}

/** A client of a socket, which keeps every frame until it is asked for. */
export interface TestSocket {
  readonly ws: WebSocket;
  send(message: object): void;
  /** The next frame that fits; those before it are thrown away. */
  next(fits?: (frame: Frame) => boolean): Promise<Frame>;
  /** The code and the reason of the end. */
  readonly closed: Promise<readonly [code: number, reason: string]>;
}

export function urlOfSocket({ url }: Pick<TestGateway, 'url'>): string {
  return `${url.replace('http', 'ws')}/v1/responses`;
}

/** Opens a socket; rejects with the status where it is refused. */
export async function openTestSocket(
  gateway: Pick<TestGateway, 'url'>,
  { apiKey = API_KEY, ...options }: ClientOptions & { readonly apiKey?: string } = {},
): Promise<TestSocket> {
  const headers = { authorization: `Bearer ${apiKey}`, ...options.headers };
  const ws = new WebSocket(urlOfSocket(gateway), { ...options, headers });
  const frames: Frame[] = [];
  let wake = (): void => undefined;
  ws.on('message', (text) => {
    frames.push(JSON.parse(String(text)));
    wake();
  });
  const closed = new Promise<readonly [number, string]>((resolve) => {
    ws.once('close', (code, reason) => {
      resolve([code, String(reason)]);
      wake();
    });
  });
  await once(ws, 'open');
  return {
    ws,
    send: (message) => ws.send(JSON.stringify(message)),
    async next(fits = () => true) {
      for (;;) {
        for (let frame = frames.shift(); frame !== undefined; frame = frames.shift()) if (fits(frame)) return frame;
        if (ws.readyState === WebSocket.CLOSED) throw new Error('the socket was closed');
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        await promise;
      }
    },
    closed,
  };
}

export const isLast = ({ type }: Frame): boolean => type === 'response.completed' || type === 'error';

/** A message that asks for a turn. */
export function create(input: unknown, more: object = {}): object {
  return { type: 'response.create', model: model.id, input, ...more };
}

let made = 0;

/** The frames of a streamed response that says `text`. */
export async function* responseFrames(text = 'Hello'): AsyncGenerator<CompleteFrame> {
  made += 1;
  const id = `resp_test_${made}`;
  const event = (type: string, more: object) => data(`event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`);
  const message = { type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] };
  yield head('text/event-stream');
  yield event('response.created', { response: { id, status: 'in_progress', output: [] } });
  yield event('response.output_text.delta', { delta: text });
  yield event('response.completed', {
    response: { id, status: 'completed', output: [message], usage: { input_tokens: 1 } },
  });
  yield end;
}
