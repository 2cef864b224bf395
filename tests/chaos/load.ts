import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { simulatorModels } from '../e2e/support/over-http.ts';

/** What the clients saw, by the gateway's request id. */
export interface Seen {
  /** Whole: a JSON document with its length, or a stream up to its `[DONE]`. */
  readonly received: ReadonlySet<string>;
  /** Left by their client on purpose. */
  readonly left: ReadonlySet<string>;
  /** Attempts, those that met no gateway included. */
  readonly attempts: () => number;
}

export interface Load extends Seen {
  /** Lets every client finish what it is at. */
  stop(): Promise<void>;
}

interface Shape {
  readonly model: string;
  readonly stream: boolean;
  readonly leaves: boolean;
}

/** Output tokens asked for, so that holds are small. */
const OUTPUT_TOKENS = 64;
/** Before a client that found no gateway looks again. */
const RETRY_MS = 50;

/** In turn: whole and streamed, both wire formats, and now and then a client that leaves its stream. */
const shapes: readonly Shape[] = [simulatorModels.openai[0], simulatorModels.anthropic[0]].flatMap((model) => [
  { model, stream: false, leaves: false },
  { model, stream: true, leaves: false },
  { model, stream: true, leaves: true },
  { model, stream: true, leaves: false },
]);

/** Clients that ask one request after the other, wherever the gateway is at the moment, until they are stopped. */
export function startLoad({
  clients,
  url,
  apiKey,
}: {
  readonly clients: number;
  readonly url: () => string;
  readonly apiKey: string;
}): Load {
  const received = new Set<string>();
  const left = new Set<string>();
  const agent = new Agent({ connections: clients });
  let attempts = 0;
  let isOver = false;

  async function ask(shape: Shape): Promise<void> {
    const { headers, statusCode, body } = await request(`${url()}/v1/chat/completions`, {
      dispatcher: agent,
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: bodyOf(shape, attempts),
    });
    const requestId = String(headers['x-request-id']);
    if (statusCode !== 200) {
      await body.dump();
      throw new Error(`answered with ${statusCode}`);
    }
    let text = '';
    for await (const chunk of body) {
      text += chunk;
      if (shape.leaves && text.includes('"content":')) {
        left.add(requestId);
        // Ends the loop, and with it the connection.
        break;
      }
      // Counted when it is seen: what becomes of the connection after the end is no matter to the client.
      if (shape.stream && text.includes('data: [DONE]')) received.add(requestId);
    }
    if (!shape.stream && isDocument(text)) received.add(requestId);
  }

  async function client(index: number): Promise<void> {
    for (let turn = index; !isOver; turn += 1) {
      attempts += 1;
      try {
        await ask(shapes[turn % shapes.length] as Shape);
      } catch {
        await pause(RETRY_MS);
      }
    }
  }

  const running = Array.from({ length: clients }, (_each, index) => client(index));
  return {
    received,
    left,
    attempts: () => attempts,
    async stop() {
      isOver = true;
      await Promise.all(running);
      await agent.destroy();
    },
  };
}

function bodyOf({ model, stream }: Shape, number: number): string {
  const messages = [{ role: 'user', content: `Request number ${number}` }];
  return JSON.stringify({ model, messages, stream, max_tokens: OUTPUT_TOKENS });
}

function isDocument(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text).choices);
  } catch {
    return false;
  }
}
