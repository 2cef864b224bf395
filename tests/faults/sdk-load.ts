import { setTimeout as pause } from 'node:timers/promises';
import OpenAI from 'openai';
import type { Seen } from '../chaos/load.ts';
import { simulatorModels } from '../e2e/support/over-http.ts';

/** Output tokens asked for, so that holds are small. */
const OUTPUT_TOKENS = 64;
/** Before a client that was refused asks again. */
const RETRY_MS = 50;

/** Callers with the official client, spread over all ingresses, one request after the other. */
export interface SdkLoad extends Seen {
  /** Resolves when a request that began from now on was answered in full on every ingress; gives the longest wait in ms. */
  untilServed(): Promise<number>;
  /** What callers were told, by status, since the last call. */
  takeFailures(): ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

export function startSdkLoad(options: {
  readonly callers: number;
  readonly urls: readonly string[];
  readonly apiKey: string;
}): SdkLoad {
  const { callers, urls, apiKey } = options;
  const received = new Set<string>();
  /** When each ingress' newest answered request began. */
  const servedSince = new Map<string, number>(urls.map((url) => [url, 0]));
  let failures = new Map<string, number>();
  let attempts = 0;
  let isOver = false;

  async function ask(client: OpenAI, model: string, stream: boolean): Promise<string> {
    const body = {
      model,
      messages: [{ role: 'user' as const, content: `Request number ${attempts}` }],
      max_tokens: OUTPUT_TOKENS,
    };
    if (!stream) {
      const { data, request_id } = await client.chat.completions.create(body).withResponse();
      if (data.choices[0]?.finish_reason === undefined) throw new Error('an answer without an end');
      return request_id ?? '';
    }
    const { data, request_id } = await client.chat.completions.create({ ...body, stream }).withResponse();
    let isWhole = false;
    for await (const chunk of data) isWhole ||= chunk.choices[0]?.finish_reason != null;
    if (!isWhole) throw new Error('a stream without an end');
    return request_id ?? '';
  }

  async function caller(index: number): Promise<void> {
    const url = urls[index % urls.length] ?? '';
    const client = new OpenAI({ apiKey, baseURL: `${url}/v1`, maxRetries: 0, timeout: 20_000 });
    for (let turn = index; !isOver; turn += 1) {
      attempts += 1;
      const beganAtMs = performance.now();
      const model = turn % 3 === 0 ? simulatorModels.anthropic[0] : simulatorModels.openai[0];
      try {
        received.add(await ask(client, model, turn % 2 === 0));
        servedSince.set(url, Math.max(servedSince.get(url) ?? 0, beganAtMs));
      } catch (error) {
        const what = error instanceof OpenAI.APIError ? `${error.status ?? 'cut'}` : 'cut';
        failures.set(what, (failures.get(what) ?? 0) + 1);
        await pause(RETRY_MS);
      }
    }
  }

  const running = Array.from({ length: callers }, (_, index) => caller(index));
  return {
    received,
    left: new Set(),
    attempts: () => attempts,
    async untilServed() {
      const fromMs = performance.now();
      while ([...servedSince.values()].some((sinceMs) => sinceMs < fromMs)) {
        if (performance.now() - fromMs > 30_000) throw new Error('the gateway never came back');
        await pause(10);
      }
      return Math.round(performance.now() - fromMs);
    },
    takeFailures() {
      const taken = failures;
      failures = new Map();
      return taken;
    },
    async stop() {
      isOver = true;
      await Promise.all(running);
    },
  };
}
