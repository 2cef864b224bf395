import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import OpenAI from 'openai';
import type { Customer } from './installation.ts';
import { answerHello, type RawProvider } from './raw-provider.ts';
import { until } from './until.ts';

/** Any number of requests must be decided by then, on a machine that is busy with other suites. */
const DECIDED_WITHIN_MS = 60_000;

/** One request of many that all cost the same hold: 100 output tokens at most, and the same bytes. */
export async function askGated(customer: Pick<Customer, 'apiKey'>, url: string): Promise<void> {
  await headersOfGated(customer, url);
}

/** The same; the headers of its answer. */
export async function headersOfGated({ apiKey }: Pick<Customer, 'apiKey'>, url: string): Promise<Headers> {
  const client = new OpenAI({ apiKey, baseURL: `${url}/v1`, maxRetries: 0 });
  const messages = [{ role: 'user' as const, content: 'Hi' }];
  const asked = client.chat.completions.create({ model: 'gpt-4o', max_completion_tokens: 100, messages });
  return (await asked.withResponse()).response.headers;
}

/**
 * Sends requests at once, to each gateway in turn, lets none end before all are decided, and returns how many were
 * admitted. The others must have been refused with `status`: for their money, unless it says otherwise.
 */
export async function admittedOf(
  total: number,
  customer: Customer,
  { provider, urls }: { readonly provider: RawProvider; readonly urls: readonly string[] },
  status = 402,
): Promise<number> {
  const waiting: ServerResponse[] = [];
  let refused = 0;
  provider.answer = (response) => void waiting.push(response);
  const outcomes = Promise.allSettled(
    Array.from({ length: total }, (_, index) =>
      askGated(customer, urls[index % urls.length] ?? '').catch((error: unknown) => {
        refused += 1;
        throw error;
      }),
    ),
  );
  await until(
    'every request to be decided',
    async () => waiting.length + refused === total || undefined,
    DECIDED_WITHIN_MS,
  );
  const { available } = await customer.balance();
  assert.ok(available >= 0n);
  for (const response of waiting) answerHello(response);
  for (const outcome of await outcomes) {
    if (outcome.status === 'fulfilled') continue;
    assert.ok(outcome.reason instanceof OpenAI.APIError && outcome.reason.status === status, String(outcome.reason));
  }
  return waiting.length;
}
