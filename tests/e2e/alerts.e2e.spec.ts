import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, test } from '#testkit/test.ts';
import { scripted } from '../../tools/simulator/src/testing.ts';
import { gatewayctl, gatewayctlJson } from './support/gatewayctl.ts';
import { install } from './support/install.ts';
import type { StandaloneInstallation } from './support/standalone.ts';
import { until } from './support/until.ts';

/* Alerts, from what happens to what a receiver gets, over a kill in between. */

const SECRET_BYTES = randomBytes(32);
const SECRET = `whsec_${SECRET_BYTES.toString('base64')}`;

interface Received {
  readonly id: string;
  readonly isSigned: boolean;
  readonly type: string;
  readonly rule: string;
  readonly subject: string;
  readonly threshold: string;
}

const received: Received[] = [];
/** The receiver takes what comes, and never says so. */
let isHanging = false;

const receiver = createServer(async (request, response) => {
  const body = (await request.toArray()).join('');
  received.push(receivedIn(request, body));
  if (!isHanging) response.end();
});
await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));

function receivedIn({ headers }: IncomingMessage, body: string): Received {
  const id = String(headers['webhook-id']);
  const signed = `${id}.${headers['webhook-timestamp']}.${body}`;
  const signature = `v1,${createHmac('sha256', SECRET_BYTES).update(signed).digest('base64')}`;
  const { type, data } = JSON.parse(body) as {
    type: string;
    data: { rule: string; threshold: string; subject: { id: string } };
  };
  const { rule, threshold, subject } = data;
  return { id, isSigned: headers['webhook-signature'] === signature, type, rule, subject: subject.id, threshold };
}

const installation = await install({
  providers: [{ name: 'away', baseUrl: 'http://127.0.0.1:9/v1', models: ['gpt-4o'] }],
  environment: { GATEWAY_ALERT_INTERVAL_MS: '200', GATEWAY_MASTER_KEY: randomBytes(32).toString('hex') },
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
  receiver.closeAllConnections();
  receiver.close();
});

const { admin } = installation;
const body = {
  model: 'gpt-4o-mini',
  messages: [{ role: 'user' as const, content: scripted({ usage: { prompt: 10, completion: 2 } }) }],
};

async function put(path: string, document: object): Promise<void> {
  const { status, document: answer } = await admin.call('PUT', path, { body: document });
  assert.ok(status === 200 || status === 201, `${path}: ${status} ${JSON.stringify(answer)}`);
}

const thresholdsOf = (rule: string): readonly string[] =>
  received.flatMap((each) => (each.rule === rule && each.type === 'alert.raised' ? [each.threshold] : []));
const untilSent = (rule: string, thresholds: readonly string[]): Promise<true> =>
  until(`alerts of ${rule}`, async () =>
    thresholds.every((each) => thresholdsOf(rule).includes(each)) ? true : undefined,
  );

/** Until the log has it that all alerts of a rule arrived. A kill before that makes the gateway send them once more. */
const untilOnRecord = (rule: string): Promise<true> =>
  until(`deliveries of ${rule}`, async () =>
    (await deliveries(rule)).every((state) => state === 'delivered') ? true : undefined,
  );

/** Ends the process at once and starts it anew, where the gateway is one process. */
async function killAndStart(): Promise<void> {
  if (!('start' in installation)) return;
  const one = installation as StandaloneInstallation;
  await one.gateway().stop('SIGKILL');
  await one.start();
}

test('a channel is tried: the test arrives, signed', async () => {
  const { port } = receiver.address() as AddressInfo;
  const channel = { kind: 'webhook', url: `http://127.0.0.1:${port}/`, signing_secret: SECRET };
  await put('/admin/alert-channels/hook', channel);
  const tried = await gatewayctlJson<Record<string, unknown>>(installation.gateway(), [
    'alert-channels',
    'test',
    'hook',
  ]);
  assert.partialDeepStrictEqual(tried, { ok: true, status: 200 });
  assert.deepEqual(
    received.map(({ type, isSigned }) => [type, isSigned]),
    [['alert.test', true]],
  );
});

test('a limit tells of 50, 80 and 100 %, each once, over a kill in between', async () => {
  const customer = await installation.customer();
  const subject = { kind: 'user', id: customer.userId };
  await put('/admin/limits/ten', { subject, unit: 'requests', period: 'ever', amount: '10' });
  await put('/admin/alert-rules/limits', { watches: 'limit_used', limits: ['ten'], channels: ['hook'] });
  const ask = async (times: number): Promise<void> => {
    const client = Object.assign(customer.client, { baseURL: `${installation.gateway().url}/v1` });
    for (let done = 0; done < times; done += 1) await client.chat.completions.create(body);
  };
  await ask(5);
  await untilSent('limits', ['50 %']);
  await ask(3);
  await untilSent('limits', ['50 %', '80 %']);
  await untilOnRecord('limits');
  await killAndStart();
  await ask(2);
  await untilSent('limits', ['50 %', '80 %', '100 %']);
  assert.deepEqual(thresholdsOf('limits'), ['50 %', '80 %', '100 %']);
});

test('a balance that falls low is told of once, and again only after it rose', async () => {
  const { userId } = await installation.customer({ creditUsd: '2' });
  await put('/admin/alert-rules/money', {
    watches: 'balance_low',
    users: [userId],
    balance_below_usd: '1',
    channels: ['hook'],
  });
  const change = async (amount_usd: string): Promise<void> => {
    const { status } = await admin.call('POST', `/admin/users/${userId}/balance`, { body: { amount_usd } });
    assert.equal(status, 200);
  };
  await change('-1.50');
  await untilSent('money', ['1.00 USD']);
  await untilOnRecord('money');
  await killAndStart();
  await change('-0.10');
  await change('3');
  await until('the alert to be over', async () => ((await firing('money')) === 0 ? true : undefined));
  assert.deepEqual(thresholdsOf('money'), ['1.00 USD']);
  await change('-3');
  await until('the second alert', async () => (thresholdsOf('money').length === 2 ? true : undefined));
});

test('a provider that is away is told of once, over a kill while the receiver does not answer', async () => {
  isHanging = true;
  const { client } = await installation.customer();
  await put('/admin/alert-rules/down', {
    watches: 'provider_down',
    providers: ['away'],
    for_seconds: 1,
    channels: ['hook'],
  });
  await until('the provider to be down', async () => {
    const asking = Object.assign(client, { baseURL: `${installation.gateway().url}/v1` });
    await asking.chat.completions.create({ ...body, model: 'gpt-4o' }).catch(() => undefined);
    return (await firing('down')) === 1 ? true : undefined;
  });
  await untilSent('down', ['1 s']);
  await killAndStart();
  isHanging = false;
  receiver.closeAllConnections();
  await untilOnRecord('down');
  const ids = received.flatMap(({ rule, id }) => (rule === 'down' ? [id] : []));
  assert.equal(new Set(ids).size, 1, 'a repeat has the id of the first');
});

test('what was sent is signed, stands in the list, and the log and its projections agree', async () => {
  assert.ok(received.every(({ isSigned }) => isSigned));
  const { data } = await gatewayctlJson<{ data: { rule_id: string; summary: string }[] }>(installation.gateway(), [
    'alerts',
    'list',
    '--rule',
    'limits',
  ]);
  assert.equal(data.length, 3);
  assert.match(data[0]?.summary ?? '', /Limit ten is used to 100 %: 10 of 10 requests/);
  const readable = await gatewayctl(installation.gateway(), ['alerts', 'list']);
  assert.equal(readable.code, 0, readable.stderr);
  await installation.settled();
  const { results } = await gatewayctlJson<{ results: { projection: string; isEqual: boolean }[] }>(
    installation.gateway(),
    ['replay', '--all'],
  );
  assert.deepEqual(
    results.filter(({ isEqual }) => !isEqual),
    [],
  );
  const verified = await gatewayctl(installation.gateway(), ['audit', 'verify']);
  assert.equal(verified.code, 0, verified.stdout);
});

interface Listed {
  readonly data: readonly { readonly state: string; readonly deliveries: readonly { readonly state: string }[] }[];
}

async function alertsOf(rule: string): Promise<Listed['data']> {
  const { document } = await admin.call<Listed>('GET', `/admin/alerts?rule=${rule}`);
  return document.data;
}

async function firing(rule: string): Promise<number> {
  return (await alertsOf(rule)).filter(({ state }) => state === 'firing').length;
}

async function deliveries(rule: string): Promise<readonly string[]> {
  return (await alertsOf(rule)).flatMap((alert) => alert.deliveries.map(({ state }) => state));
}
