import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, test } from 'node:test';
import OpenAI from 'openai';
import { formatUsd } from '#money/nano-usd.ts';
import { type Customer, install } from './support/installation.ts';
import { openLogReader } from './support/log-reader.ts';
import { answerHello, startRawProvider } from './support/raw-provider.ts';
import { until } from './support/until.ts';

/** Holds its answers back until it is told to give them. */
const provider = await startRawProvider();
const installation = await install({ providers: [{ name: 'gate', baseUrl: provider.baseUrl, models: ['gpt-4o'] }] });
const log = await openLogReader(installation);
after(async () => {
  await log[Symbol.asyncDispose]();
  await installation[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

/** All of them cost the same hold: 100 output tokens at most, and the same bytes. */
function ask({ client }: Customer): Promise<unknown> {
  const messages = [{ role: 'user' as const, content: 'Hi' }];
  return client.chat.completions.create({ model: 'gpt-4o', max_completion_tokens: 100, messages });
}

/** What one such request holds, in nano-USD. */
async function holdOfOne(): Promise<bigint> {
  provider.answer = answerHello;
  await ask(await installation.customer());
  const [admitted] = await log.events('RequestAdmitted');
  return BigInt(admitted?.data.holdNanoUsd ?? 0);
}

/** Sends requests at once, lets none end before all are decided, and returns how many were admitted. */
async function admittedOf(total: number, customer: Customer): Promise<number> {
  const waiting: ServerResponse[] = [];
  let refused = 0;
  provider.answer = (response) => {
    waiting.push(response);
  };
  const outcomes = Promise.allSettled(
    Array.from({ length: total }, () =>
      ask(customer).catch((error: unknown) => {
        refused += 1;
        throw error;
      }),
    ),
  );
  await until('every request to be decided', async () => waiting.length + refused === total || undefined);
  const { available } = await customer.balance();
  assert.ok(available >= 0n);
  for (const response of waiting) answerHello(response);
  for (const outcome of await outcomes) {
    if (outcome.status === 'fulfilled') continue;
    assert.ok(outcome.reason instanceof OpenAI.APIError && outcome.reason.status === 402, String(outcome.reason));
  }
  return waiting.length;
}

test('of many requests at once, exactly as many are admitted as the balance pays for, and none is refused wrongly after', async () => {
  const hold = await holdOfOne();
  const payable = 5n;
  const customer = await installation.customer({ creditUsd: formatUsd(hold * payable) });
  assert.equal(await admittedOf(20, customer), Number(payable));

  await installation.settled();
  const { available, charged, held } = await customer.balance();
  assert.equal(held, 0n);
  assert.equal(available + charged, hold * payable);
  // Each cost far less than it held: what came back pays for as many more as it pays for.
  const payableNow = Number(available / hold);
  assert.equal(payableNow, Number(payable) - 1);
  assert.equal(await admittedOf(20, customer), payableNow);
});

test('the balance is never below zero at any point of the log', async () => {
  await installation.settled();
  const available = new Map<string, bigint>();
  const holds = new Map<string, bigint>();
  const add = (userId: string, amount: bigint): void => {
    const sum = (available.get(userId) ?? 0n) + amount;
    assert.ok(sum >= 0n, `the balance of ${userId} falls to ${sum}`);
    available.set(userId, sum);
  };
  for (const { type, data } of await log.events('BalanceCredited', 'RequestAdmitted', 'ChargePosted', 'HoldExpired')) {
    if (type === 'BalanceCredited') add(data.userId, BigInt(data.amountNanoUsd));
    else if (type === 'RequestAdmitted') {
      holds.set(data.requestId, BigInt(data.holdNanoUsd));
      add(data.userId, -BigInt(data.holdNanoUsd));
    } else {
      const charged = type === 'ChargePosted' ? BigInt(data.amountNanoUsd) : 0n;
      add(data.userId, (holds.get(data.requestId) ?? 0n) - charged);
      holds.delete(data.requestId);
    }
  }
  assert.equal(holds.size, 0);
});
