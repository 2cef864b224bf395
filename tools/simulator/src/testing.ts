import type { Scope } from '#testkit/test.ts';
import type { MeterRecord } from './meter.ts';
import type { Script } from './script.ts';
import { startSimulator } from './simulator.ts';

/** Starts a simulator that stops with the test; returns its address. */
export async function simulatorFor(test: Scope, script: Script = {}): Promise<string> {
  const simulator = await startSimulator({ script });
  test.defer(() => simulator.close());
  return simulator.url;
}

/** The first record metered under a request id; waits for it, as an abort is noticed when the socket closes. */
export async function meteredFor(url: string, requestId: string): Promise<MeterRecord> {
  for (;;) {
    const response = await fetch(`${url}/simulator/meter/requests?request_id=${requestId}`);
    const [record] = (await response.json()) as MeterRecord[];
    if (record !== undefined) return record;
  }
}

/** A script in the form that travels within a user message. */
export function scripted(script: Script, text = 'Hi'): string {
  return `[[simulator ${JSON.stringify(script)}]] ${text}`;
}

/** The paths at which answers are asked for, with the smallest request that gets one. */
export const smallRequests = {
  'openai-chat': ['/v1/chat/completions', { model: 'm', messages: [{ role: 'user', content: 'Hi' }] }],
  'openai-completions': ['/v1/completions', { model: 'm', prompt: 'Hi', max_tokens: 100 }],
  'openai-responses': ['/v1/responses', { model: 'm', input: 'Hi' }],
  'anthropic-messages': ['/v1/messages', { model: 'm', max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] }],
} as const;

/** Asks with plain HTTP: what an SDK hides is what these tests are about. */
export function post(
  url: string,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(url + path, {
    method: 'POST',
    headers: { authorization: 'Bearer any', 'anthropic-version': '2023-06-01', ...headers },
    body: JSON.stringify(body),
  });
}

/** The events of a stream: names (empty where there is none) and data. */
export function eventsOf(text: string): { readonly name: string; readonly data: string }[] {
  return text
    .split('\n\n')
    .filter((event) => event.trim() !== '')
    .map((event) => ({
      name: /^event: (.*)$/m.exec(event)?.[1] ?? '',
      data: /^data: (.*)$/m.exec(event)?.[1] ?? '',
    }));
}
