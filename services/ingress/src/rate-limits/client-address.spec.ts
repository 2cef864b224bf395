import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from '#testkit/test.ts';
import { createClientAddress } from './client-address.ts';

const addressOf = (trusted: readonly string[], peer: string, forwarded?: string): string =>
  createClientAddress(trusted)({
    socket: { remoteAddress: peer },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  } as unknown as IncomingMessage);

test('a stranger cannot say where it comes from; a trusted proxy can', () => {
  assert.equal(addressOf([], '203.0.113.9', '1.2.3.4'), '203.0.113.9');
  assert.equal(addressOf(['10.0.0.0/8'], '10.1.2.3', '1.2.3.4'), '1.2.3.4');
  assert.equal(addressOf(['10.0.0.0/8'], '::ffff:10.1.2.3', '6.6.6.6, 1.2.3.4, 10.9.9.9'), '1.2.3.4');
  assert.equal(addressOf(['10.0.0.0/8'], '10.1.2.3', 'junk, <script>'), '10.1.2.3');
  assert.equal(addressOf(['10.0.0.0/8'], '10.1.2.3'), '10.1.2.3');
});

test('an address is given as it is, without its zone', () => {
  assert.equal(addressOf([], '2001:db8:1:2:3:4:5:6'), '2001:db8:1:2:3:4:5:6');
  assert.equal(addressOf([], 'fe80::1%eth0'), 'fe80::1');
  assert.equal(addressOf(['::1'], '::1', '2001:db8::7'), '2001:db8::7');
});
