import assert from 'node:assert/strict';
import type { GatewayEvent } from '#contracts/events.ts';
import { homeStream } from '#contracts/home-stream.ts';
import { auditOf } from '#testkit/audit-of.ts';
import { chainedLog, LOG_BEGAN_AT_MS } from '#testkit/chained-log.ts';
import { admitted, charged, credited, expired, used, userCreated } from '#testkit/events.ts';
import { resourceSet } from '#testkit/policy-events.ts';
import { test } from '#testkit/test.ts';

const GRACE_MS = 60_000;

/** A log in which each event is recorded a second after the one before. */
async function violationsOf(...events: readonly GatewayEvent[]): Promise<string[]> {
  const log = chainedLog(events.map((event) => ({ ...event, stream: homeStream(event) })));
  const { I6 = [] } = await auditOf(log);
  return I6.map(({ position, expected, found }) => `${position}: ${expected}, found ${found}`);
}

function limit(amount: string, fields: object = {}): GatewayEvent {
  const plain = { subject: { kind: 'user', id: 'u1' }, unit: 'tokens', period: 'day', kind: 'hard', generation: 1 };
  return resourceSet('limit', { id: 'l', ...plain, amount, ...fields });
}

/** An admission that sets tokens aside on the limit. */
function setsAside(
  requestId: string,
  amount: number,
  fields: object = {},
  admittedAtMs = LOG_BEGAN_AT_MS,
): GatewayEvent {
  const event = admitted({ requestId, admittedAtMs, holdNanoUsd: 0n });
  const plain = { limitId: 'l', generation: 1, windowStartMs: '0', unit: 'tokens', provider: '', kind: 'hard' };
  return { ...event, data: { ...event.data, reservations: [{ ...plain, amount: String(amount), ...fields }] } };
}

/** The usage and the charge of a request that used so many tokens. */
function uses(requestId: string, quantity: number): GatewayEvent[] {
  const charge = charged({ requestId, amountNanoUsd: 0n, holdNanoUsd: 0n });
  const lines = [{ unit: 'output', quantity, pricePicoUsd: '0' }];
  return [used({ requestId }), { ...charge, data: { ...charge.data, lines } }];
}

test('a request that a hard limit has no room for is noticed at its admission, by what was used and is held', async () => {
  const events = [limit('100'), setsAside('a', 60), ...uses('a', 30), setsAside('b', 50)];
  assert.deepEqual(await violationsOf(...events, setsAside('c', 20)), []);
  assert.deepEqual(await violationsOf(...events, setsAside('c', 21)), [
    '6: at most 100 tokens of the limit l, found 30 used + 71 held',
  ]);
});

test('what an expiry or a charge gives back can be set aside again, and a request cannot', async () => {
  const back = expired({ requestId: 'a', holdNanoUsd: 0n });
  assert.deepEqual(await violationsOf(limit('100'), setsAside('a', 100), back, setsAside('b', 100)), []);
  const requests = { unit: 'requests' };
  const one = [limit('1', requests), setsAside('a', 1, requests), back, setsAside('b', 1, requests)];
  assert.deepEqual(await violationsOf(...one), ['4: at most 1 requests of the limit l, found 1 used + 1 held']);
});

test('each window and each meaning of a limit has its own room, and a rate may be passed', async () => {
  const full = [limit('100'), setsAside('a', 100)];
  assert.deepEqual(await violationsOf(...full, setsAside('b', 100, { windowStartMs: '86400000' })), []);
  assert.deepEqual(
    await violationsOf(...full, limit('90', { generation: 2 }), setsAside('b', 90, { generation: 2 })),
    [],
  );
  assert.deepEqual(await violationsOf(...full, setsAside('b', 100, { kind: 'rate' })), []);
});

test('an amount that was lowered binds what is decided after it, but for what may have been on its way', async () => {
  const lowered = [limit('100'), setsAside('a', 60), limit('50')];
  assert.deepEqual(await violationsOf(...lowered, setsAside('b', 40)), []);
  const later = LOG_BEGAN_AT_MS + 2_000 + GRACE_MS + 1;
  assert.equal((await violationsOf(...lowered, setsAside('b', 40, {}, later))).length, 1);
});

test('a raise holds until it ends', async () => {
  const raised = limit('50', { raisedAmount: '100', raisedUntil: new Date(LOG_BEGAN_AT_MS + 5_000).toISOString() });
  assert.deepEqual(await violationsOf(raised, setsAside('a', 100)), []);
  assert.equal((await violationsOf(raised, setsAside('a', 100, {}, LOG_BEGAN_AT_MS + 5_000))).length, 1);
});

test('the requests a minute of a user are such a limit', async () => {
  const own = { limitId: 'user-u1-requests-per-minute', generation: 0, unit: 'requests' };
  const user = userCreated({ userId: 'u1', requestsPerMinute: 1 });
  assert.deepEqual(await violationsOf(user, setsAside('a', 1, own), setsAside('b', 1, own)), [
    '3: at most 1 requests of the limit user-u1-requests-per-minute, found 0 used + 2 held',
  ]);
});

test('a balance of a team is looked at as a user’s is', async () => {
  const team = { payerKind: 'team', payerId: 't' };
  const events = [credited('', 10n, team), admitted({ requestId: 'a', holdNanoUsd: 11n, ...team })];
  assert.deepEqual(await violationsOf(...events), [
    '2: at least 0 nano-USD available, found -1 nano-USD available to team t',
  ]);
  const ended = [credited('', 11n, team), events[1] ?? assert.fail(), expired({ requestId: 'a', holdNanoUsd: 11n })];
  assert.deepEqual(await violationsOf(...ended), []);
});
