import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import type { BalancesPort } from '#contracts/admin-needs.ts';
import {
  ListAlertsRequestSchema,
  ListAlertsResponseSchema,
  RetryAlertRequestSchema,
} from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { Fault } from '#errors/fault.ts';
import { createMasterKey } from '#master-key/master-key.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { afterAll, beforeAll, test } from '#testkit/test.ts';
import type { Accounts } from './accounts.ts';
import type { AlertMessage } from './domain/alert/alert-message.ts';
import { notSent, type Sent } from './domain/alert/sent.ts';
import { type AccountsUnderTest, callsOf, owner, startAccounts } from './testing.ts';

const DELIVERED: Sent = { isDelivered: true, status: 200, reason: '', said: '', isFinal: true, retryAfterMs: 0 };
const { seal } = createMasterKey(randomBytes(32).toString('hex'));

let running: AccountsUnderTest;
let calls: ReturnType<typeof callsOf>;
let nowMs = Date.UTC(2026, 10, 28, 12);
let used = 0n;
const resetsAtMs = (): number => Math.ceil((nowMs + 1) / 86_400_000) * 86_400_000;
/** What receivers got, and what they say to the next ones. */
const received: { readonly channelId: string; readonly message: AlertMessage }[] = [];
let answerOf: (channelId: string) => Promise<Sent> = async () => DELIVERED;

const limits: Pick<BalancesPort, 'limitStates'> = {
  limitStates: async (ids) =>
    ids.map((limitId) => ({ limitId, amount: 10n, used, held: 0n, left: 10n - used, resetsAtMs: resetsAtMs() })),
};

beforeAll(async () => {
  running = await startAccounts(createMemoryJournal(), {
    clock: () => nowMs,
    sealSecret: seal,
    neighbours: () => ({ moneyAndLimits: limits as BalancesPort }),
    async sendAlert({ id }, message) {
      const sent = await answerOf(id);
      if (sent.isDelivered) received.push({ channelId: id, message });
      return sent;
    },
  });
  calls = callsOf(running.accounts.admin);
  for (const id of ['hook', 'other']) {
    const signingSecret = `whsec_${randomBytes(32).toString('base64')}`;
    await calls.update('alertChannel', { id, kind: 'webhook', url: 'https://receiver.example/', signingSecret });
  }
  const subject = { kind: 'gateway' } as never;
  await calls.update('limit', { id: 'day', subject, unit: 'requests', period: 'day', amount: '10' });
  await calls.update('alertRule', { id: 'limits', watches: 'limit_used', channels: ['hook'] });
});
afterAll(() => running.stop());

async function listed(asked: object = {}, accounts: Accounts = running.accounts) {
  const answer = await accounts.admin.listAlerts(create(ListAlertsRequestSchema, asked), owner);
  return create(ListAlertsResponseSchema, answer);
}

async function eventTypes(): Promise<readonly string[]> {
  const types: string[] = [];
  for await (const batch of running.journal.read(0)) types.push(...batch.map(({ type }) => type));
  return types.filter((type) => type.startsWith('Alert'));
}

/** Until the deliveries of all alerts are over, as far as they can be now. */
async function settled(accounts: Accounts = running.accounts): Promise<void> {
  for (;;) {
    await running.projected();
    const pending = (await listed({}, accounts)).alerts.flatMap(({ deliveries }) => deliveries);
    if (pending.every(({ state, attempts }) => state !== 'pending' || attempts > 0)) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('a limit tells of 50, 80 and 100 % once each, over any number of looks and a restart at any of them', async () => {
  await running.accounts.watchAlerts.load();
  let { watchAlerts } = running.accounts;
  for (const count of [4n, 5n, 7n, 8n, 9n, 10n]) {
    used = count;
    await watchAlerts.look();
    await watchAlerts.look();
    await settled();
    const next = await running.restart();
    await next.watchAlerts.load();
    await next.watchAlerts.look();
    ({ watchAlerts } = next);
  }
  await settled();
  assert.deepEqual(
    received.map(({ channelId, message }) => [channelId, message.threshold]),
    [
      ['hook', '50 %'],
      ['hook', '80 %'],
      ['hook', '100 %'],
    ],
  );
  const { alerts, firing } = await listed();
  assert.equal(firing, 3);
  assert.deepEqual(
    alerts.map(({ threshold, state, deliveries }) => [threshold, state, deliveries.map((each) => each.state)]),
    [
      ['100 %', 'firing', ['delivered']],
      ['80 %', 'firing', ['delivered']],
      ['50 %', 'firing', ['delivered']],
    ],
  );
  assert.equal(alerts[0]?.summary, 'Limit day is used to 100 %: 10 of 10 requests a day.');
});

test('the next window resolves them, and tells anew', async () => {
  nowMs += 86_400_000;
  used = 0n;
  const { watchAlerts } = running.accounts;
  await watchAlerts.load();
  await watchAlerts.look();
  await settled();
  assert.deepEqual([(await listed()).firing, (await listed({ state: 'resolved' })).alerts.length], [0, 3]);
  used = 6n;
  await watchAlerts.look();
  await settled();
  assert.deepEqual([(await listed({ state: 'firing' })).alerts.length, received.length], [1, 4]);
  const page = await listed({ limit: 2 });
  assert.deepEqual([page.alerts.length, page.hasMore], [2, true]);
  const rest = await listed({ limit: 2, after: page.alerts.at(-1)?.position ?? 0n });
  assert.deepEqual([rest.alerts.length, rest.hasMore], [2, false]);
  assert.equal((await listed({ kind: 'dead_letters' })).alerts.length, 0);
  assert.equal((await listed({ rule: 'limits' })).alerts.length, 4);
});

test('what was raised and not sent before a crash is sent by the next start', async () => {
  const hanging = Promise.withResolvers<Sent>();
  answerOf = () => hanging.promise;
  used = 8n;
  await running.accounts.watchAlerts.look();
  await running.projected();
  answerOf = async () => DELIVERED;
  const next = await running.restart();
  await next.watchAlerts.load();
  await settled(next);
  assert.deepEqual([received.length, received.at(-1)?.message.threshold], [5, '80 %']);
  // The one before the crash had its answer as well, and the log has one outcome.
  hanging.resolve(DELIVERED);
  await running.accounts.stop();
  await running.projected();
  assert.equal((await eventTypes()).filter((type) => type === 'AlertDelivered').length, 5);
  running = { ...running, accounts: next };
});

test('a receiver that refuses ends a delivery, and a retry sends it again, to new channels of the rule as well', async () => {
  const { admin, watchAlerts } = running.accounts;
  answerOf = async () => notSent('HTTP 404', { isFinal: true });
  used = 10n;
  await watchAlerts.look();
  await settled();
  const [failed] = (await listed()).alerts;
  assert.deepEqual(
    failed?.deliveries.map(({ state, attempts, reason }) => [state, attempts, reason]),
    [['failed', 1, 'HTTP 404']],
  );
  answerOf = async () => DELIVERED;
  await callsOf(admin).update('alertRule', { id: 'limits', watches: 'limit_used', channels: ['hook', 'other'] });
  const count = received.length;
  await admin.retryAlert(create(RetryAlertRequestSchema, { id: failed?.id ?? '' }), owner);
  await settled();
  assert.deepEqual(
    received
      .slice(count)
      .map(({ channelId }) => channelId)
      .sort(),
    ['hook', 'other'],
  );
  const again = admin.retryAlert(create(RetryAlertRequestSchema, { id: failed?.id ?? '' }), owner);
  await assert.rejects(again, (thrown: unknown) => thrown instanceof Fault && thrown.code === 'conflict');
  const { entries } = await calls.auditLog({ kind: 'alert' });
  assert.deepEqual(
    entries.map(({ action, id, actor }) => [action, id, actor]),
    [['retry', failed?.id, 'bootstrap']],
  );
  const none = admin.retryAlert(create(RetryAlertRequestSchema, { id: 'no-alert' }), owner);
  await assert.rejects(none, (thrown: unknown) => thrown instanceof Fault && thrown.code === 'not_found');
});

test('a receiver that is away is tried again later, and the list says so meanwhile', async () => {
  nowMs += 86_400_000;
  used = 5n;
  let attempts = 0;
  answerOf = async () => {
    attempts += 1;
    return attempts === 1 ? notSent('HTTP 503', { isFinal: false }) : DELIVERED;
  };
  await callsOf(running.accounts.admin).update('alertRule', {
    id: 'limits',
    watches: 'limit_used',
    channels: ['hook'],
  });
  await running.accounts.watchAlerts.look();
  await settled();
  const [{ deliveries } = { deliveries: [] }] = (await listed()).alerts;
  const [delivery] = deliveries;
  assert.deepEqual([delivery?.state, delivery?.attempts, delivery?.reason], ['pending', 1, 'HTTP 503']);
  assert.ok(Date.parse(delivery?.nextAttemptAt ?? '') > nowMs);
});

test('a rule without channels, or whose channel is off, is told of in the list alone; a rule that goes ends its alerts', async () => {
  const { admin, watchAlerts } = running.accounts;
  const count = received.length;
  await callsOf(admin).update('alertChannel', { id: 'other', status: 'disabled' }, { mask: ['status'] });
  for (const [id, channels] of [
    ['quiet', []],
    ['off', ['other']],
  ] as const) {
    await callsOf(admin).update('alertRule', {
      id,
      watches: 'limit_used',
      limitPercents: [50],
      channels: [...channels],
    });
  }
  await watchAlerts.look();
  await running.projected();
  for (const rule of ['quiet', 'off']) {
    const [alert] = (await listed({ rule })).alerts;
    assert.deepEqual([alert?.state, alert?.deliveries], ['firing', []], rule);
  }
  await callsOf(admin).delete('alertRule', 'quiet');
  await callsOf(admin).update('alertRule', { id: 'off', status: 'disabled' }, { mask: ['status'] });
  await watchAlerts.look();
  await running.projected();
  for (const rule of ['quiet', 'off']) assert.equal((await listed({ rule })).alerts[0]?.state, 'resolved', rule);
  assert.equal(received.length, count);
});
