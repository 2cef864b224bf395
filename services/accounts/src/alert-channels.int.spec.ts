import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createOutwardGuard } from '#config/outward-guard.ts';
import { Fault } from '#errors/fault.ts';
import { compileAddressRanges } from '#kernel/address-ranges.ts';
import { systemClock } from '#kernel/clock.ts';
import { createMasterKey } from '#master-key/master-key.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { afterAll, beforeAll, test } from '#testkit/test.ts';
import { createAlertSender } from './adapters/alerts/alert-sender.ts';
import { createOutwardPost } from './adapters/alerts/outward-post.ts';
import { type AccountsUnderTest, callsOf, owner, startAccounts } from './testing.ts';

const SECRET_BYTES = Buffer.alloc(32, 7);
const SECRET = `whsec_${SECRET_BYTES.toString('base64')}`;
const masterKey = createMasterKey('0a'.repeat(32));

interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const received: Received[] = [];
const receiver = createServer(async (request, response) => {
  const body = (await request.toArray()).join('');
  received.push({ headers: request.headers, body });
  response.end('thanks');
});
let url: string;
let running: AccountsUnderTest;
let calls: ReturnType<typeof callsOf>;

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/alerts`;
  const places = { all: false, names: new Set<string>(), origins: new Set<string>() };
  const guard = createOutwardGuard({ ...places, ranges: compileAddressRanges(['127.0.0.0/8']) });
  running = await startAccounts(createMemoryJournal(), {
    sealSecret: masterKey.seal,
    sendAlert: createAlertSender({
      outward: createOutwardPost({ guard }),
      sendEmail: undefined,
      open(sealed, boundTo) {
        const opened = masterKey.open(sealed, boundTo);
        return 'secret' in opened ? opened.secret : undefined;
      },
      clock: systemClock,
    }),
  });
  calls = callsOf(running.accounts.admin);
});

afterAll(async () => {
  await running.stop();
  receiver.close();
});

const refused = (param: string, message?: RegExp) => (thrown: unknown) => {
  assert.ok(thrown instanceof Fault, String(thrown));
  assert.equal(thrown.refusal.param, param, thrown.message);
  if (message !== undefined) assert.match(thrown.message, message);
  return true;
};

test('a test through a webhook arrives, signed with the secret that was given', async () => {
  await calls.update('alertChannel', { id: 'hook', kind: 'webhook', url, signingSecret: SECRET });
  const answer = await running.accounts.admin.testAlertChannel({ id: 'hook' } as never, owner);
  assert.deepEqual([answer.ok, answer.status, answer.message], [true, 200, 'thanks']);
  const [{ headers, body } = { headers: {}, body: '' }] = received;
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const signature = createHmac('sha256', SECRET_BYTES).update(signed).digest('base64');
  assert.equal(headers['webhook-signature'], `v1,${signature}`);
  assert.deepEqual(JSON.parse(body).type, 'alert.test');
});

test('no secret or address of a channel is in the log or an answer, and a change of another field keeps it', async () => {
  await calls
    .update('alertChannel', { id: 'people', kind: 'email', addresses: 'Ada <x@y', status: 'active' })
    .then(() => assert.fail('taken'), refused('addresses'));
  const { value } = await calls.update('alertChannel', {
    id: 'people',
    kind: 'email',
    addresses: 'ada@one.example, bob@Two.example',
  });
  assert.deepEqual([value.addresses, value.sealedAddresses, value.hosts], ['', '', ['one.example', 'two.example']]);
  await calls.update('alertChannel', { id: 'people', status: 'disabled' }, { mask: ['status'] });
  assert.deepEqual((await calls.get('alertChannel', 'people')).value.hosts, ['one.example', 'two.example']);
  await calls.update('alertChannel', { id: 'chat', kind: 'slack', slackUrl: 'https://hooks.slack.example/T/B/secret' });
  const written: string[] = [];
  for await (const batch of running.journal.read(0)) written.push(JSON.stringify(batch.map(({ data }) => data)));
  for (const secret of ['ada', 'bob@', SECRET, 'T/B/secret']) assert.ok(!written.join('').includes(secret), secret);
  const { value: chat } = await calls.get('alertChannel', 'chat');
  assert.deepEqual([chat.slackUrl, chat.sealedSlackUrl, chat.hosts], ['', '', ['hooks.slack.example']]);
});

test('a channel has what its kind needs, and nothing of another kind', async () => {
  const put = (fields: object) => calls.update('alertChannel', { id: 'c', ...fields });
  await assert.rejects(put({ kind: 'webhook', url }), refused('signing_secret'));
  await assert.rejects(
    put({ kind: 'webhook', url, signingSecret: 'whsec_c2hvcnQ=' }),
    refused('signing_secret', /24 to 64/),
  );
  await assert.rejects(put({ kind: 'slack', url }), refused('slack_url'));
  await assert.rejects(put({ kind: 'email', addresses: 'a@b', url }), refused('url', /not for channels/));
  await assert.rejects(put({ kind: 'carrier-pigeon' }), refused('kind'));
  await assert.rejects(
    put({ kind: 'webhook', url: 'http://169.254.169.254/', signingSecret: SECRET }),
    refused('url', /metadata/),
  );
  await assert.rejects(
    calls.update('alertChannel', { id: 'hook', url: 'https://elsewhere.example/' }, { mask: ['url'] }),
    refused('signing_secret', /another receiver/),
  );
});

test('a rule stands with the thresholds that hold, names channels that are there, and keeps them from being deleted', async () => {
  const { value } = await calls.update('alertRule', { id: 'limits', watches: 'limit_used', channels: ['hook'] });
  assert.deepEqual([value.limitPercents, value.status], [[50, 80, 100], 'active']);
  const { value: balances } = await calls.update('alertRule', {
    id: 'balances',
    watches: 'balance_low',
    balanceBelowUsd: '5',
  });
  assert.deepEqual([balances.balanceBelowUsd, balances.daysLeftBelow], ['5', 0]);
  const wrong = (fields: object) => calls.update('alertRule', { id: 'w', watches: 'dead_letters', ...fields });
  await assert.rejects(wrong({ channels: ['hook', 'nowhere'] }), refused('channels[1]'));
  await assert.rejects(wrong({ channels: ['hook', 'hook'] }), refused('channels[1]'));
  await assert.rejects(wrong({ keys: ['k'] }), refused('keys', /not for rules that watch dead_letters/));
  await assert.rejects(calls.delete('alertChannel', 'hook'), refused('id', /in use by the alert rule limits/));
});

test('alerts of a gateway that raised none are an empty list', async () => {
  const { alerts, firing } = await running.accounts.admin.listAlerts({} as never, owner);
  assert.deepEqual([alerts, firing], [[], 0]);
});
