import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import {
  evolveHealth,
  FAILURES_MAX,
  type Health,
  type HealthEvent,
  healthyFromTheStart,
  isPreferred,
  REST_MS,
} from './health.ts';

const after = (events: readonly HealthEvent[], nowMs = 0, from: Health = healthyFromTheStart): Health =>
  events.reduce((health, event) => evolveHealth(health, event, nowMs), from);
const failures = (count: number): HealthEvent[] => Array.from({ length: count }, () => 'call-failed');

test('the fifth failure in a row makes a provider rest, a success in between starts the count anew', () => {
  assert.equal(after(failures(FAILURES_MAX - 1)).status, 'healthy');
  assert.deepEqual(after(failures(FAILURES_MAX)), { status: 'resting', untilMs: REST_MS });
  assert.equal(
    after([...failures(FAILURES_MAX - 1), 'call-succeeded', ...failures(FAILURES_MAX - 1)]).status,
    'healthy',
  );
});

test('a resting provider is not preferred until its rest is over', () => {
  const resting = after(failures(FAILURES_MAX));
  assert.equal(isPreferred(resting, REST_MS - 1), false);
  assert.equal(isPreferred(resting, REST_MS), true);
});

test('one call probes after the rest, and the others keep away meanwhile', () => {
  const probing = evolveHealth(after(failures(FAILURES_MAX)), 'call-started', REST_MS);
  assert.deepEqual(probing, { status: 'probing' });
  assert.equal(isPreferred(probing, REST_MS), false);
});

test('a probe that succeeds heals, one that fails rests anew, one that was abandoned may be repeated at once', () => {
  const probing: Health = { status: 'probing' };
  assert.deepEqual(evolveHealth(probing, 'call-succeeded', 5), healthyFromTheStart);
  assert.deepEqual(evolveHealth(probing, 'call-failed', 5), { status: 'resting', untilMs: 5 + REST_MS });
  assert.equal(isPreferred(evolveHealth(probing, 'call-abandoned', 5), 5), true);
});

test('a call made during the rest as a last hope is no probe, but its success heals', () => {
  const resting = after(failures(FAILURES_MAX));
  assert.deepEqual(evolveHealth(resting, 'call-started', 1), resting);
  assert.deepEqual(evolveHealth(resting, 'call-succeeded', 1), healthyFromTheStart);
});
