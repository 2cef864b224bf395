import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { nextAttempt } from './next-attempt.ts';
import { sentOver } from './sent.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

function pauses(random: number): readonly number[] {
  const found: number[] = [];
  let nowMs = 0;
  for (let attempts = 1; ; attempts += 1) {
    const next = nextAttempt(sentOver(500, '', 0), { attempts, askedAtMs: 0, nowMs, random });
    if (next.type === 'given-up') return found;
    found.push(next.atMs - nowMs);
    nowMs = next.atMs;
  }
}

test('pauses double up to an hour, and end within a day', () => {
  const longest = pauses(1);
  assert.deepEqual(longest.slice(0, 5), [5_000, 10_000, 20_000, 40_000, 80_000]);
  assert.equal(Math.max(...longest), HOUR_MS);
  for (const random of [0, 0.5, 1]) {
    const total = pauses(random).reduce((sum, each) => sum + each, 0);
    assert.ok(total <= 24 * HOUR_MS && total > 22 * HOUR_MS, `${total}`);
  }
  assert.deepEqual(pauses(0).slice(0, 3), [2_500, 5_000, 10_000], 'jitter halves a pause at most');
});

test('a receiver is left alone for as long as it asks, but not beyond the day', () => {
  const at = { attempts: 1, askedAtMs: 0, nowMs: 1_000, random: 0 };
  assert.deepEqual(nextAttempt(sentOver(429, '', 10 * MINUTE_MS), at), { type: 'again', atMs: 601_000 });
  assert.deepEqual(nextAttempt(sentOver(503, '', 1_000), at), { type: 'again', atMs: 3_500 });
  assert.deepEqual(nextAttempt(sentOver(503, '', 25 * HOUR_MS), at), { type: 'given-up' });
});

test('of HTTP, 2xx is delivered, and what stays as it is ends it at once', () => {
  const outcome = (status: number): string => {
    const sent = sentOver(status, '', 0);
    return sent.isDelivered ? 'delivered' : sent.isFinal ? 'ended' : 'again';
  };
  assert.deepEqual([200, 202, 204].map(outcome), ['delivered', 'delivered', 'delivered']);
  assert.deepEqual(
    [301, 307, 400, 401, 403, 404, 410].map(outcome),
    Array.from({ length: 7 }, () => 'ended'),
  );
  assert.deepEqual(
    [408, 425, 429, 500, 502, 503].map(outcome),
    Array.from({ length: 6 }, () => 'again'),
  );
});
