import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { sessionCookie, sessionTokenIn } from './session-cookie.ts';

const own = { 'x-gateway-console': '1', cookie: 'theme=dark; gateway_console=at_secret; other=1' };

test("a session is found in the console's own requests, beside other cookies", () => {
  assert.equal(sessionTokenIn(own, false), 'at_secret');
  assert.equal(sessionTokenIn({ ...own, 'sec-fetch-site': 'same-origin' }, false), 'at_secret');
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
    assert.equal(sessionTokenIn(headers, false), '', JSON.stringify(headers));
  }
});

test('by TLS the cookie is one that only this host can have set, and one of a neighbouring domain counts for nothing', () => {
  const cookie = sessionCookie('at_secret', { seconds: 60, isSecure: true });
  assert.equal(
    cookie,
    '__Host-gateway_console=at_secret; Path=/; HttpOnly; SameSite=Strict; Max-Age=60; Secure',
    'browsers take the name with Secure, Path=/ and no Domain alone',
  );
  const both = { ...own, cookie: 'gateway_console=at_planted; __Host-gateway_console=at_secret' };
  assert.equal(sessionTokenIn(both, true), 'at_secret');
  assert.equal(sessionTokenIn(own, true), '');
  assert.equal(
    sessionCookie('at_secret', { seconds: 0, isSecure: false }),
    'gateway_console=at_secret; Path=/; HttpOnly; SameSite=Strict; Max-Age=0',
  );
});
