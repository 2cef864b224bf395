import { Agent, request } from 'undici';
import type { MixedRequest } from './mixed-requests.ts';

/** What a client saw of its request. */
export interface Seen {
  readonly asked: MixedRequest;
  readonly requestId: string;
  readonly status: number;
  /** The answer came to its end, as its format has it. */
  readonly isWhole: boolean;
  readonly text: string;
}

/** What tells a client of each format that a stream is whole. */
const lastEvents: Readonly<Partial<Record<MixedRequest['format'], string>>> = {
  'openai-chat': 'data: [DONE]',
  'openai-completions': 'data: [DONE]',
  'openai-responses': 'event: response.completed',
  'anthropic-messages': 'event: message_stop',
  'gemini-generate': '"finishReason"',
};

export interface Sender {
  send(asked: MixedRequest): Promise<Seen>;
  close(): Promise<void>;
}

/** Sends requests as they are, over so many connections. */
export function openSender(url: string, apiKey: string, connections: number): Sender {
  const dispatcher = new Agent({ connections });
  return {
    send: (asked) => send(asked, { url, apiKey, dispatcher }),
    close: () => dispatcher.close(),
  };
}

async function send(
  asked: MixedRequest,
  { url, apiKey, dispatcher }: { readonly url: string; readonly apiKey: string; readonly dispatcher: Agent },
): Promise<Seen> {
  const { statusCode, headers, body } = await request(url + asked.path, {
    dispatcher,
    method: 'POST',
    headers: {
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json',
      ...(asked.format === 'anthropic-messages' ? { 'anthropic-version': '2023-06-01' } : {}),
    },
    body: asked.body,
  });
  const requestId = String(headers['x-request-id'] ?? headers['request-id']);
  let text = '';
  let isBroken = false;
  try {
    for await (const part of body) {
      text += part;
      // Leaving the loop breaks the connection.
      if (asked.way === 'aborted') break;
    }
  } catch {
    isBroken = true;
  }
  const isWhole = !isBroken && asked.way !== 'aborted' && statusCode === 200 && isEnded(asked, text);
  return { asked, requestId, status: statusCode, isWhole, text };
}

function isEnded({ stream, format }: MixedRequest, text: string): boolean {
  if (stream) return text.includes(lastEvents[format] ?? '');
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
