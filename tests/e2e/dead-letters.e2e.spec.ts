import assert from 'node:assert/strict';
import { afterAll, test } from '#testkit/test.ts';
import { gatewayctl, gatewayctlJson } from './support/gatewayctl.ts';
import { install } from './support/install.ts';
import { openLogReader } from './support/log-reader.ts';
import { until } from './support/until.ts';

const installation = await install();
const log = await openLogReader(installation);
afterAll(async () => {
  await log[Symbol.asyncDispose]();
  await installation[Symbol.asyncDispose]();
});

interface ListJson {
  readonly consumers: readonly string[];
  readonly deadLetters: readonly {
    readonly consumer: string;
    readonly position: number;
    readonly eventType: string;
    readonly requestId: string;
    readonly error: { readonly code: string; readonly message: string };
    readonly tries: number;
  }[];
}

const list = () => gatewayctlJson<ListJson>(installation.gateway(), ['dead-letters', 'list']);

test('every consumer is asked, and nothing is stuck', async () => {
  const { consumers, deadLetters } = await list();
  for (const consumer of [
    'accounts.resources',
    'billing.charges',
    'billing.ledger',
    'quota.accounts',
    'quota.hold-closing',
  ]) {
    assert.ok(consumers.includes(consumer), consumer);
  }
  assert.deepEqual(deadLetters, []);
  assert.equal((await gatewayctl(installation.gateway(), ['dead-letters', 'list'])).code, 0);
});

test('a projection that an event stops is listed with position and reason, and goes on where it stopped after the mend', async () => {
  const { client } = await installation.customer();
  const ask = async (model: string): Promise<string> => {
    const messages = [{ role: 'user' as const, content: 'Hi' }];
    return (await client.chat.completions.create({ model, messages }).withResponse()).request_id ?? '';
  };
  await log.client.query("alter table billing.usage_day add constraint mistake check (model <> 'o3-mini')");
  await ask('gpt-4o-mini');
  const requestId = await ask('o3-mini');
  await ask('gpt-4o-mini');
  const letter = await until('the projection to stop', async () =>
    (await list()).deadLetters.find(({ consumer }) => consumer === 'billing.usage_units'),
  );
  const charge = (await log.events('ChargePosted')).find(({ data }) => data.requestId === requestId);
  assert.deepEqual([letter.position, letter.requestId], [charge?.position, requestId]);
  assert.deepEqual([letter.eventType, letter.error.code], ['ChargePosted', 'sqlstate_23514']);

  const early = await gatewayctl(installation.gateway(), ['dead-letters', 'retry', '--request', requestId]);
  assert.equal(early.code, 4, early.stderr);
  assert.match(early.stdout, /violates check constraint "mistake"/);
  await log.client.query('alter table billing.usage_day drop constraint mistake');
  await gatewayctl(installation.gateway(), ['dead-letters', 'retry', '--consumer', 'billing.usage_units']);
  await installation.settled();
  assert.deepEqual((await list()).deadLetters, []);
  assert.equal((await gatewayctl(installation.gateway(), ['replay', 'billing.usage_units'])).code, 0);
});
