import assert from 'node:assert/strict';
import OpenAI from 'openai';
import type { CompleteFrame, CompletionFailure } from '#contracts/router.ts';
import type { Refusal } from '#errors/error-table.ts';
import { API_KEY, model, type TestGateway } from '../testing.ts';

const messages = [{ role: 'user' as const, content: 'Say hello.' }];
export const question = { model: model.id, messages };

export function clientOf(gateway: TestGateway, apiKey = API_KEY): OpenAI {
  return new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey, maxRetries: 0 });
}

/** The error that a call ends with. */
export async function errorOf(call: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> {
  const thrown = await call.then(
    () => assert.fail('the call did not fail'),
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof OpenAI.APIError, String(thrown));
  return thrown;
}

export const refuse = (refusal: Refusal) => async () =>
  ({
    result: { kind: 'refused', refusal },
    windows: [{ unit: 'requests', limit: 60, remaining: 0, resetMs: 120 }],
  }) as const;

export const failWith = (failure: Partial<CompletionFailure> & Refusal, ...before: CompleteFrame[]) =>
  async function* (): AsyncGenerator<CompleteFrame> {
    yield* before;
    yield { kind: 'failure', failure: { providerBody: null, providerStatus: 0, ...failure } };
  };

/** Sends a completion request with the key, without an SDK. */
export function post(
  gateway: TestGateway,
  body: string,
  init: { signal?: AbortSignal; headers?: Record<string, string> } = {},
): Promise<Response> {
  return fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    ...init,
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', ...init.headers },
    body,
  });
}
