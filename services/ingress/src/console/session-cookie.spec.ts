import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { sessionCookie, sessionTokenIn } from './session-cookie.ts';

const own = { 'x-gateway-console': '1', cookie: 'theme=dark; gateway_console=at_secret; other=1' };

test("a session is found in the console's own requests, beside other cookies", () => {
  assert.equal(sessionTokenIn(own), 'at_secret');
  assert.equal(sessionTokenIn({ ...own, 'sec-fetch-site': 'same-origin' }), 'at_secret');
});

test('a cookie alone opens nothing, nor what another page sends', () => {
  for (const headers of [
    {},
    { cookie: own.cookie },
    { 'x-gateway-console': '1' },
    { ...own, 'x-gateway-console': 'yes' },
    { ...own, 'sec-fetch-site': 'cross-site' },
    { ...own, 'sec-fetch-site': 'same-site' },
    { ...own, cookie: 'x_gateway_console=at_secret' },
  ]) {
    assert.equal(sessionTokenIn(headers), '', JSON.stringify(headers));
  }
});

test('no script reads the cookie, no other site sends it, and over TLS it stays there', () => {
  const plain = sessionCookie('at_x', { seconds: 60, isSecure: false });
  assert.equal(plain, 'gateway_console=at_x; Path=/; HttpOnly; SameSite=Strict; Max-Age=60');
  assert.match(sessionCookie('', { seconds: 0, isSecure: true }), /^gateway_console=; .*Max-Age=0; Secure$/);
});
