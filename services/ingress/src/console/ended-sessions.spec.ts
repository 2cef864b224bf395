import assert from 'node:assert/strict';
import { emptyResource, type ResourceOf } from '#registry/kinds.ts';
import { test } from '#testkit/test.ts';
import { endedWith } from './ended-sessions.ts';

const HOUR_MS = 3_600_000;
const timeOf = (ms: number): string => new Date(ms).toISOString();

function session(at: number, given: Partial<ResourceOf<'token'>> = {}): ResourceOf<'token'> {
  const times = { createdAt: timeOf(at), expiresAt: timeOf(at + 12 * HOUR_MS) };
  return { ...emptyResource('token', `session-${at}`), purpose: 'session', openedBy: 'bootstrap', ...times, ...given };
}

test('of any number of sign-ins with one token, the last thousand stay open', () => {
  const open = new Map<string, ResourceOf<'token'>>();
  for (let at = 0; at < 3_000; at += 1) {
    open.set(`session-${at}`, session(at));
    for (const id of endedWith(open.values(), { openedBy: 'bootstrap', nowMs: at })) open.delete(id);
  }
  assert.equal(open.size, 1_000);
  assert.ok(open.has('session-2999') && open.has('session-2000') && !open.has('session-1999'));
});

test('what is over ends with a sign-in of anybody, some at a time; tokens of programs and sessions of others stay', () => {
  const nowMs = 100 * HOUR_MS;
  const old = Array.from({ length: 50 }, (_, at) => session(at, { openedBy: 'oidc:ann' }));
  const code = session(60, { id: 'code', purpose: 'sign_in', openedBy: '' });
  const others = Array.from({ length: 2_000 }, (_, at) => session(nowMs - at, { openedBy: 'oidc:bob' }));
  const program = session(0, { id: 'program', purpose: '' });
  const tokens = new Map([program, ...old, code, ...others].map((token) => [token.id, token]));
  const rounds: number[] = [];
  for (let ended: readonly string[] = ['none']; ended.length > 0; rounds.push(ended.length)) {
    ended = endedWith(tokens.values(), { openedBy: 'bootstrap', nowMs });
    for (const id of ended) tokens.delete(id);
  }
  assert.deepEqual(rounds, [20, 20, 11, 0]);
  assert.equal(tokens.size, others.length + 1);
});
