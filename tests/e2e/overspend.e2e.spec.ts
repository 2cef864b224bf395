import assert from 'node:assert/strict';
import { formatUsd } from '#money/nano-usd.ts';
import { afterAll, test } from '#testkit/test.ts';
import { admittedOf, askGated } from './support/gated-requests.ts';
import { install } from './support/install.ts';
import { openLogReader } from './support/log-reader.ts';
import { answerHello, startRawProvider } from './support/raw-provider.ts';

/** Holds its answers back until it is told to give them. */
const provider = await startRawProvider();
const installation = await install({ providers: [{ name: 'gate', baseUrl: provider.baseUrl, models: ['gpt-4o'] }] });
const log = await openLogReader(installation);
const gated = { provider, urls: [installation.gateway().url] };
afterAll(async () => {
  await log[Symbol.asyncDispose]();
  await installation[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

/** What one such request holds, in nano-USD. */
async function holdOfOne(): Promise<bigint> {
  provider.answer = answerHello;
  await askGated(await installation.customer(), installation.gateway().url);
  const [admitted] = await log.events('RequestAdmitted');
  return BigInt(admitted?.data.holdNanoUsd ?? 0);
}

test('of many requests at once, exactly as many are admitted as the balance pays for, and none is refused wrongly after', async () => {
  const hold = await holdOfOne();
  const payable = 5n;
  const customer = await installation.customer({ creditUsd: formatUsd(hold * payable) });
  assert.equal(await admittedOf(20, customer, gated), Number(payable));

  await installation.settled();
  const { available, charged, held } = await customer.balance();
  assert.equal(held, 0n);
  assert.equal(available + charged, hold * payable);
  // Each cost far less than it held: what came back pays for as many more as it pays for.
  const payableNow = Number(available / hold);
  assert.equal(payableNow, Number(payable) - 1);
  assert.equal(await admittedOf(20, customer, gated), payableNow);
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
