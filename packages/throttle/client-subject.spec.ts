import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { clientSubject } from './client-subject.ts';

test('an IPv6 customer is its /64, however it is written; an IPv4 customer is its address', () => {
  assert.equal(clientSubject('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64');
  assert.equal(clientSubject('2001:0db8:1:2::9'), '2001:db8:1:2::/64');
  assert.equal(clientSubject('::1'), '0:0:0:0::/64');
  assert.equal(clientSubject('::ffff:203.0.113.9'), '203.0.113.9');
});
