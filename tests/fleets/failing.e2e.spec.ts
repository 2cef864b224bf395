import assert from 'node:assert/strict';
import { afterAll, describe, test } from '#testkit/test.ts';
import { until } from '../e2e/support/until.ts';
import { answers, type Behaviour } from './support/fleet-member.ts';
import { COST_NANO_USD, type Fleet, openFleetWorld, type Told, usageOf } from './support/fleet-world.ts';

/** What the gateway promises of a provider that falls: the others answer, each answer is paid for once. */
const world = await openFleetWorld();
afterAll(() => world[Symbol.asyncDispose]());

const everySecondFails: Behaviour = ({ number }) =>
  number % 2 === 0 ? { kind: 'status', status: 500 } : { kind: 'answer' };

function seen(told: readonly Told[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const { status } of told) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe('of three providers', () => {
  test('one that fails half its calls is seen by no client, and each answer is paid for once', async () => {
    const fleet = await world.fleet(3, { model: { strategy: 'round_robin' } });
    fleet.members[0]?.behave(everySecondFails);
    const whole = await fleet.load(150, 8);
    const streamed = await fleet.load(150, 8, { stream: true });
    assert.deepEqual(seen([...whole, ...streamed]), { 200: 300 });
    assert.ok(streamed.every(({ isWhole }) => isWhole));
    assert.equal(await fleet.charged(), 300n * COST_NANO_USD);
    const answered = fleet.members.flatMap(({ calls }) => calls.filter(({ told }) => told !== null));
    assert.equal(answered.length, 300);
  });

  test('one that limits the rate gets little until it said it would take more, and no client sees it', async () => {
    const fleet = await world.fleet(3, { model: { strategy: 'round_robin' } });
    fleet.members[1]?.behave(() => ({ kind: 'status', status: 429, headers: { 'retry-after': '30' } }));
    assert.deepEqual(seen(await fleet.load(120, 6)), { 200: 120 });
    const [, limited = 0] = fleet.counts();
    assert.ok(limited <= 6, `it was called ${limited} times within its 30 seconds`);
    assert.equal(await fleet.charged(), 120n * COST_NANO_USD);
  });

  test('one that takes requests and says nothing is left after its time', async () => {
    const fleet = await world.fleet(2, {
      model: { strategy: 'priority' },
      provider: (at) => ({ priority: at, stream_head_timeout_ms: 300, whole_head_timeout_ms: 300 }),
    });
    fleet.members[0]?.behave(() => ({ kind: 'hang' }));
    const told = await fleet.load(20, 4);
    assert.deepEqual(seen(told), { 200: 20 });
    const [hung = 0] = fleet.counts();
    assert.ok(hung < 20, 'it is not asked for ever');
    const [first] = told;
    assert.ok(first);
    const { attempts } = await usageOf(world.log, first.requestId);
    assert.equal(attempts[0]?.failure, 'timeout');
  });

  for (const { fault, fail } of [
    { fault: 'breaks each connection', fail: ({ members }) => members[0]?.behave(() => ({ kind: 'reset' })) },
    { fault: 'is away', fail: ({ members }) => members[0]?.goAway() },
    {
      fault: 'has a name that leads nowhere',
      fail: (fleet) => fleet.change(0, { base_url: 'https://nowhere.invalid/v1' }),
    },
  ] satisfies readonly { readonly fault: string; readonly fail: (fleet: Fleet) => unknown }[]) {
    test(`one that ${fault} is passed by`, async () => {
      const fleet = await world.fleet(2, { provider: (at) => ({ priority: at }) });
      await fail(fleet);
      assert.deepEqual(seen(await fleet.load(20, 3)), { 200: 20 });
      assert.equal(await fleet.charged(), 20n * COST_NANO_USD);
      assert.equal((await fleet.ask()).provider, fleet.providers[1]);
    });
  }

  test('one whose certificate nobody vouches for is passed by, and is said why', async () => {
    const fleet = await world.fleet(2, { provider: (at) => ({ priority: at }) });
    // It speaks no TLS at all.
    await fleet.change(0, { base_url: String(fleet.members[0]?.baseUrl).replace('http:', 'https:') });
    const told = await fleet.ask();
    assert.deepEqual([told.status, told.provider], [200, fleet.providers[1]]);
    const { attempts } = await usageOf(world.log, told.requestId);
    assert.equal(attempts[0]?.failure, 'connection');
  });

  test('one that goes and comes is used again without anybody’s help', async () => {
    const fleet = await world.fleet(2, { provider: (at) => ({ priority: at }) });
    await fleet.members[0]?.goAway();
    assert.deepEqual(seen(await fleet.load(20, 2)), { 200: 20 });
    await fleet.members[0]?.comeBack();
    await until('the provider to be used again', async () => {
      const { provider } = await fleet.ask();
      return provider === fleet.providers[0] || undefined;
    });
  });
});

describe('a stream', () => {
  test('that breaks after its first byte is broken to its client, and is not asked for again', async () => {
    const fleet = await world.fleet(2, { provider: (at) => ({ priority: at }) });
    fleet.members[0]?.behave(() => ({ kind: 'cut', afterWords: 3 }));
    const told = await fleet.ask({ stream: true });
    assert.equal(told.isWhole, false);
    assert.deepEqual(fleet.counts(), [1, 0]);
    const charged = await fleet.charged();
    assert.ok(charged > 0n && charged <= COST_NANO_USD * 3n, `${charged}`);
  });

  test('that breaks before its first word is asked for elsewhere', async () => {
    const fleet = await world.fleet(2, { provider: (at) => ({ priority: at }) });
    fleet.members[0]?.behave(() => ({ kind: 'cut', afterWords: 0 }));
    const told = await fleet.ask({ stream: true });
    assert.deepEqual([told.status, told.isWhole, told.attempts], [200, true, 2]);
    assert.equal(await fleet.charged(), COST_NANO_USD);
  });
});

describe('where all fail', () => {
  test('the client is told so, pays nothing, and nobody is asked more often than the bounds allow', async () => {
    const fleet = await world.fleet(2);
    for (const member of fleet.members) member.behave(() => ({ kind: 'status', status: 503 }));
    const told = await fleet.load(60, 4);
    assert.ok(told.every(({ status }) => status >= 500));
    const calls = fleet.counts().reduce((sum, count) => sum + count, 0);
    assert.ok(calls <= 60 * 3, `${calls} calls for 60 requests`);
    assert.equal(await fleet.charged(), 0n);
    const usages = (await world.log.events('UsageRecorded')).filter(({ data }) =>
      told.some(({ requestId }) => requestId === data.requestId),
    );
    const attempts = usages.reduce((sum, { data }) => sum + data.attempts.length, 0);
    assert.deepEqual([usages.length, attempts], [60, calls]);
  });

  test('and all limit the rate, the client gets a 429 and the time to wait', async () => {
    const fleet = await world.fleet(2);
    const [first, second] = fleet.members;
    first?.behave(() => ({ kind: 'status', status: 429, headers: { 'retry-after': '40' } }));
    second?.behave(() => ({ kind: 'status', status: 429, headers: { 'retry-after-ms': '20000' } }));
    const told = await fleet.ask();
    assert.equal(told.status, 429);
    assert.ok(Number(told.headers.get('retry-after')) <= 40);
  });

  test('and one comes back, the next request has its answer', async () => {
    const fleet = await world.fleet(1);
    fleet.members[0]?.behave(() => ({ kind: 'status', status: 500 }));
    await fleet.load(12, 3);
    fleet.members[0]?.behave(answers);
    // No request is refused for a provider's health alone.
    assert.equal((await fleet.ask()).status, 200);
  });
});
