import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { CallFault } from '../../ports.ts';
import { type AccessTokens, createAccessTokens, type PostForm } from './access-tokens.ts';

const grant = {
  kind: 'authorized_user',
  tokenUri: 'https://oauth2.googleapis.com/token',
  clientId: 'id',
  clientSecret: 'secret',
  refreshToken: 'refresh',
} as const;

interface World {
  readonly tokens: AccessTokens;
  readonly clock: { nowMs: number };
  /** How many were asked for. */
  asked: number;
  /** 200: the token of that number is given. */
  status: number;
}

function world(): World {
  const clock = { nowMs: 0 };
  const post: PostForm = async () => {
    made.asked += 1;
    const document = made.status === 200 ? { access_token: `t${made.asked}`, expires_in: 3_600 } : {};
    return { status: made.status, document };
  };
  const made: World = { tokens: createAccessTokens(grant, post, () => clock.nowMs), clock, asked: 0, status: 200 };
  return made;
}

/** All that is under way ends: nothing here waits for a socket or a timer. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const MINUTE_MS = 60_000;

test('a failed renewal is made up for after a pause, and no call feels it before the token ends', async () => {
  const it = world();
  assert.equal(await it.tokens.take(), 't1');
  it.clock.nowMs = 56 * MINUTE_MS;
  it.status = 503;
  for (let calls = 0; calls < 5; calls += 1) {
    assert.equal(it.tokens.take(), 't1');
    await settled();
  }
  assert.equal(it.asked, 2, 'a pause follows a failure');
  it.clock.nowMs += 5_000;
  it.status = 200;
  assert.equal(it.tokens.take(), 't1');
  await settled();
  assert.equal(it.tokens.take(), 't3');
  assert.deepEqual(it.tokens.known(), ['t3', 't1']);
});

test('a token that has ended is not used, however long renewals have failed', async () => {
  const it = world();
  await it.tokens.take();
  it.status = 503;
  it.clock.nowMs = 60 * MINUTE_MS;
  const isConnection = (fault: unknown): boolean => fault instanceof CallFault && fault.reason === 'connection';
  await assert.rejects(async () => it.tokens.take(), isConnection);
  await assert.rejects(async () => it.tokens.take(), isConnection);
  assert.equal(it.asked, 2);
  it.status = 200;
  it.clock.nowMs += 5_000;
  assert.equal(await it.tokens.take(), 't3');
});

test('a refused token is given up, but not one that was just made, nor another one', async () => {
  const it = world();
  await it.tokens.take();
  it.tokens.refused('t1');
  assert.equal(it.tokens.take(), 't1');
  it.clock.nowMs = MINUTE_MS;
  it.tokens.refused('t0');
  assert.equal(it.tokens.take(), 't1');
  it.tokens.refused('t1');
  assert.equal(await it.tokens.take(), 't2');
  assert.ok(it.tokens.known().includes('t1'));
});

test('a clock that is set back keeps neither a refused token nor a pause', async () => {
  const it = world();
  it.clock.nowMs = 24 * 60 * MINUTE_MS;
  await it.tokens.take();
  it.clock.nowMs = 0;
  it.tokens.refused('t1');
  assert.equal(await it.tokens.take(), 't2');
  it.clock.nowMs = 24 * 60 * MINUTE_MS;
  it.status = 503;
  await assert.rejects(async () => it.tokens.take());
  it.clock.nowMs = 12 * 60 * MINUTE_MS;
  it.status = 200;
  assert.equal(await it.tokens.take(), 't4');
});
