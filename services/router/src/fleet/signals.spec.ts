import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { createSignals, type OpenDeployment } from './signals.ts';
import { type ChoosingWorld, choosingWorld, deploymentOf } from './testing.ts';

test('a call is in flight from its begin to its end, however often it ends', () => {
  const { signals } = choosingWorld();
  const deployment = deploymentOf({});
  const seen = signals.of(deployment);
  const [one, other] = [signals.begin(deployment), signals.begin(deployment)];
  assert.deepEqual([seen.inFlight, seen.awaiting], [2, 2]);
  one?.firstToken();
  one?.firstToken();
  assert.deepEqual([seen.inFlight, seen.awaiting], [2, 1]);
  one?.end({ kind: 'succeeded', outputTokens: 5 });
  one?.end({ kind: 'abandoned' });
  other?.end({ kind: 'abandoned' });
  other?.firstToken();
  assert.deepEqual([seen.inFlight, seen.awaiting], [0, 0]);
});

test('time to the first token and tokens a second are learned from streams', () => {
  const world = choosingWorld();
  const deployment = deploymentOf({});
  const watch = world.signals.begin(deployment);
  world.nowMs += 300;
  watch.firstToken();
  world.nowMs += 2_000;
  watch.end({ kind: 'succeeded', outputTokens: 100 });
  const seen = world.signals.of(deployment);
  assert.equal(seen.firstTokenMs, 300);
  assert.equal(seen.tokensASecond, 50);
  // Its first token and two hundred more.
  assert.equal(seen.expectedMs(world.nowMs - 2_000), 300 + 200 * 20);
});

test('of an answer in one piece, its time for its length counts, and not as a first token', () => {
  const world = choosingWorld();
  const deployment = deploymentOf({});
  const ask = (tookMs: number, outputTokens: number) => {
    const watch = world.signals.begin(deployment);
    world.nowMs += tookMs;
    watch.head(200, { 'content-type': 'application/json; charset=utf-8' });
    watch.firstToken();
    watch.end({ kind: 'succeeded', outputTokens });
    return world.signals.of(deployment);
  };
  const seen = ask(8_000, 400);
  assert.deepEqual([seen.firstTokenMs, seen.tokensASecond], [0, 50]);
  assert.equal(seen.expectedMs(world.nowMs), 4_000);
  assert.equal(seen.awaiting, 0);
  // A vector has no length.
  assert.equal(ask(40, 0).firstTokenMs, 40);
});

test('pieces that come at once say nothing of how fast they were written', () => {
  const world = choosingWorld();
  const deployment = deploymentOf({});
  const watch = world.signals.begin(deployment);
  world.nowMs += 300;
  watch.firstToken();
  watch.end({ kind: 'succeeded', outputTokens: 100 });
  const { firstTokenMs, tokensASecond } = world.signals.of(deployment);
  assert.deepEqual([firstTokenMs, tokensASecond], [300, 0]);
});

test('a failure that comes at once does not look fast, and what the gateway gave up teaches nothing', () => {
  const { signals, nowMs } = choosingWorld();
  const [failing, abandoned] = [deploymentOf({ account: 'failing' }), deploymentOf({ account: 'abandoned' })];
  signals.begin(failing).end({ kind: 'failed', failure: 'server' });
  signals.begin(abandoned).end({ kind: 'abandoned' });
  assert.equal(signals.of(failing).expectedMs(nowMs), 5_000);
  assert.equal(signals.of(abandoned).expectedMs(nowMs), 0);
});

test('failures are counted among the last 32 calls', () => {
  const { signals } = choosingWorld();
  const deployment = deploymentOf({});
  const end = (kind: 'succeeded' | 'failed', times: number) => {
    for (let call = 0; call < times; call += 1) {
      const watch = signals.begin(deployment);
      watch.end(kind === 'failed' ? { kind, failure: 'server' } : { kind, outputTokens: 1 });
    }
    return signals.of(deployment).failureBasisPoints;
  };
  assert.equal(end('succeeded', 3), 0);
  assert.equal(end('failed', 1), 2_500);
  assert.equal(end('failed', 32), 10_000);
  assert.equal(end('succeeded', 16), 5_000);
  assert.equal(end('succeeded', 16), 0);
});

test('an account that has used up its own requests a minute has no headroom until the minute has passed', () => {
  const world = choosingWorld();
  const deployment = deploymentOf({ requestsPerMinute: 4 });
  const sibling = { ...deployment, model: 'other' };
  const seen = world.signals.of(sibling);
  assert.equal(seen.headroomBasisPoints(world.nowMs), 10_000);
  for (let call = 0; call < 3; call += 1) world.signals.begin(deployment);
  assert.equal(seen.headroomBasisPoints(world.nowMs), 2_500);
  world.signals.begin(sibling);
  assert.equal(seen.isExhausted(world.nowMs), true);
  assert.equal(seen.isExhausted(world.nowMs + 59_000), true);
  assert.equal(seen.isExhausted(world.nowMs + 65_000), false);
});

test('tokens a minute are what was read and written', () => {
  const world = choosingWorld();
  const deployment = deploymentOf({ tokensPerMinute: 1_000 });
  world.signals.begin(deployment).end({ kind: 'succeeded', inputTokens: 600, outputTokens: 150 });
  assert.equal(world.signals.of(deployment).headroomBasisPoints(world.nowMs), 2_500);
});

test("a provider's word and the account's own limits: the tighter counts", () => {
  const world = choosingWorld();
  const deployment = deploymentOf({ requestsPerMinute: 2 });
  const headers = { 'x-ratelimit-limit-tokens': '100', 'x-ratelimit-remaining-tokens': '10' };
  const watch = world.signals.begin(deployment);
  assert.equal(world.signals.of(deployment).headroomBasisPoints(world.nowMs), 5_000);
  watch.head(200, headers);
  assert.equal(world.signals.of(deployment).headroomBasisPoints(world.nowMs), 1_000);
});

test('a provider that was changed begins anew', () => {
  const { signals } = choosingWorld();
  const before = deploymentOf({});
  signals.begin(before);
  assert.equal(signals.of(before).inFlight, 1);
  assert.equal(signals.of({ ...before, open: deploymentOf({}).open }).inFlight, 0);
});

test('beyond its bound the model that was called longest ago is forgotten, but none with a call in flight', () => {
  const signals = createSignals({ clock: () => 0, modelsMax: 3 });
  const account = deploymentOf({});
  const call = (model: string) => signals.begin({ ...account, model });
  const calls = (model: string) => signals.of({ ...account, model }).failureBasisPoints;
  const running = call('running');
  for (const model of ['old', 'new']) call(model).end({ kind: 'failed', failure: 'server' });
  call('newest').end({ kind: 'failed', failure: 'server' });
  assert.deepEqual([calls('new'), calls('newest')], [10_000, 10_000]);
  running.end({ kind: 'failed', failure: 'server' });
  assert.equal(calls('running'), 10_000);
  assert.equal(calls('old'), 0);
});

test('a call that was outrun counts for as long as it was waited for', () => {
  const world = choosingWorld();
  const deployment = deploymentOf({});
  const call = signalsCall(world, deployment, 100);
  call.firstToken();
  call.end({ kind: 'succeeded', outputTokens: 0 });
  signalsCall(world, deployment, 700).end({ kind: 'outrun' });
  const seen = world.signals.of(deployment);
  assert.deepEqual([seen.firstTokenMs, seen.awaiting, seen.failureBasisPoints], [700, 0, 0]);
});

function signalsCall(world: ChoosingWorld, deployment: OpenDeployment, waitedMs: number) {
  const watch = world.signals.begin(deployment);
  world.nowMs += waitedMs;
  return watch;
}
