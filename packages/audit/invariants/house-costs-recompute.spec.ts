import assert from 'node:assert/strict';
import type { EventBodies } from '#contracts/events.ts';
import { streams } from '#contracts/streams.ts';
import type { StoredEvent } from '#journal/stored-event.ts';
import { auditOf } from '#testkit/audit-of.ts';
import { bodyWith, chainedLog, doctored } from '#testkit/chained-log.ts';
import { admitted, charged, credited, pricePublished, shadowRecorded, used, userCreated } from '#testkit/events.ts';
import { test } from '#testkit/test.ts';

const stands = { admitted: 5, usage: 6, charge: 7, shadow: 8, shadowCost: 9 } as const;
const requestId = 'r1';
const first = { provider: 'first', model: 'gpt', priceKey: 'openai/gpt', priceVersion: 1 };
const second = { provider: 'second', model: 'claude', priceKey: 'anthropic/claude', priceVersion: 1 };

/** 10 output tokens of the second at 1,000 pico-USD: the first attempt, which gave nothing. */
const attemptCost: EventBodies['ChargePosted']['houseCosts'][number] = {
  attempt: 0,
  ...second,
  lines: [{ unit: 'output', quantity: 10, pricePicoUsd: '1000' }],
  amountNanoUsd: '10',
  estimated: true,
};
const shadowCost = { ...attemptCost, estimated: false, lines: [{ unit: 'output', quantity: 7, pricePicoUsd: '1000' }] };

/** A request whose first attempt failed and whose copy went to a shadow. */
function log(): StoredEvent[] {
  const attempt = { status: 200, error: '', durationMs: 1 };
  const houseLosses = [
    { attempt: 0, estimated: true, quantities: [{ unit: 'output', quantity: 10 }], serviceTier: '' },
  ];
  const request = streams.request(requestId);
  const shadow = streams.shadow(requestId);
  const usage = used({
    requestId,
    ...first,
    usage: { output: 2 },
    attempts: [
      { ...attempt, provider: 'second', model: 'claude' },
      { ...attempt, provider: 'first', model: 'gpt' },
    ],
    houseLosses,
  });
  const charge = charged({
    requestId,
    amountNanoUsd: 3n,
    priceKey: 'openai/gpt',
    priceVersion: 1,
    lines: [{ unit: 'output', quantity: 2, pricePicoUsd: '1000' }],
    postings: [
      { account: 'customer:u1', amountNanoUsd: '-3' },
      { account: 'revenue', amountNanoUsd: '3' },
      { account: 'house_attempts', amountNanoUsd: '-10' },
      { account: 'provider_costs', amountNanoUsd: '10' },
    ],
    houseCosts: [attemptCost],
  });
  const posted: EventBodies['ShadowCostPosted'] = {
    requestId,
    routeId: 'route-1',
    cost: { ...shadowCost, amountNanoUsd: '7' },
    postings: [
      { account: 'house_shadow', amountNanoUsd: '-7' },
      { account: 'provider_costs', amountNanoUsd: '7' },
    ],
    postedAtMs: '1600',
    answeredProvider: 'first',
    answeredModel: 'gpt',
  };
  return chainedLog([
    { stream: streams.user('u1'), ...userCreated({ userId: 'u1' }) },
    { stream: streams.user('u1'), ...credited('u1', 10_000n) },
    { stream: streams.price('openai/gpt'), ...pricePublished('openai/gpt') },
    { stream: streams.price('anthropic/claude'), ...pricePublished('anthropic/claude') },
    { stream: request, ...admitted({ requestId, candidates: [first, second], shadows: [second] }) },
    { stream: request, ...usage },
    { stream: request, ...charge },
    {
      stream: shadow,
      ...shadowRecorded({ requestId, usage: { output: 7 }, answer: { provider: 'first', model: 'gpt' } }),
    },
    { stream: shadow, type: 'ShadowCostPosted', data: posted },
  ]);
}

/** What I20 and the others find of a log with one body changed. */
async function foundIn(position: number, fields: Readonly<Record<string, unknown>>) {
  const { I20 = [], ...others } = await auditOf(doctored(log(), position, bodyWith(fields)));
  return { places: I20.map((violation) => violation.position), others: Object.keys(others) };
}

test('a log with a failed attempt and a copy verifies', async () => {
  assert.deepEqual(await auditOf(log()), {});
});

test('a cost of a failed attempt that was changed is noticed, and so is one that was left out', async () => {
  const changed = [{ ...attemptCost, amountNanoUsd: '11' }];
  assert.deepEqual(await foundIn(stands.charge, { houseCosts: changed }), { places: [stands.charge], others: ['I9'] });
  assert.deepEqual(await foundIn(stands.charge, { houseCosts: [] }), { places: [stands.charge], others: ['I9'] });
});

test('a charge of before there were house costs verifies, whatever its attempts cost', async () => {
  const older = doctored(log(), stands.charge, ({ body }) => {
    const { houseCosts: _, postings, ...before } = JSON.parse(body) as EventBodies['ChargePosted'];
    return { body: JSON.stringify({ ...before, postings: postings.slice(0, 2) }) };
  });
  assert.deepEqual(await auditOf(older), {});
});

test('the cost of a copy that was changed is noticed, with its entry or without', async () => {
  const cost = { ...shadowCost, amountNanoUsd: '8' };
  assert.deepEqual((await foundIn(stands.shadowCost, { cost })).places, Array(3).fill(stands.shadowCost));
  const postings = [
    { account: 'house_shadow', amountNanoUsd: '-8' },
    { account: 'provider_costs', amountNanoUsd: '8' },
  ];
  assert.deepEqual(await foundIn(stands.shadowCost, { cost, postings }), { places: [stands.shadowCost], others: [] });
});

test('a copy that a payer pays is noticed', async () => {
  const postings = [
    { account: 'customer:u1', amountNanoUsd: '-7' },
    { account: 'provider_costs', amountNanoUsd: '7' },
  ];
  assert.deepEqual((await foundIn(stands.shadowCost, { postings })).places, Array(2).fill(stands.shadowCost));
});

test('a copy whose usage was lowered, and one at a target that was not admitted, are noticed', async () => {
  const quantities = [{ unit: 'output', quantity: 6 }];
  assert.deepEqual((await foundIn(stands.shadow, { quantities })).places, [stands.shadowCost]);
  assert.deepEqual((await foundIn(stands.admitted, { shadows: [] })).places, [stands.shadow]);
});
