import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { newState } from './oidc-client.ts';
import { openState, sealedStateIn, sealState, stateCookie } from './sign-in-state.ts';

const PEPPER = 'ab'.repeat(32);
const NOW_MS = 1_700_000_000_000;
const cookieOf = (text: string) => ({ cookie: text.split(';')[0] });

test('a sign-in comes back with its own state for ten minutes, and no longer, nor changed, nor to another gateway', async () => {
  const state = newState('https://id.example', 'https://gateway.example/console/oidc/callback');
  const sealed = await sealState(state, PEPPER, NOW_MS);
  const opened = await openState(sealed, PEPPER, NOW_MS + 599_000);
  assert.deepEqual({ ...opened, exp: 0 }, { ...state, exp: 0 });
  assert.equal(await openState(sealed, PEPPER, NOW_MS + 601_000), undefined);
  assert.equal(await openState(sealed, 'cd'.repeat(32), NOW_MS), undefined);
  const changed = `${sealed.slice(0, -4)}${sealed.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
  assert.equal(await openState(changed, PEPPER, NOW_MS), undefined);
  for (const nothing of ['', 'x', 'a.b.c.d.e']) assert.equal(await openState(nothing, PEPPER, NOW_MS), undefined);
});

test('by TLS the state stands in a cookie that no neighbouring domain can have planted', () => {
  const secure = stateCookie('sealed', true);
  assert.match(secure, /^__Host-gateway_console_oidc=sealed; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600; Secure$/);
  assert.equal(sealedStateIn(cookieOf(secure), true), 'sealed');
  assert.equal(sealedStateIn(cookieOf(stateCookie('planted', false)), true), '');
});
