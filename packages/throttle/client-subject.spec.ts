import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { clientSubject } from './client-subject.ts';

test('an IPv6 customer counts as its /64, however it is written', () => {
  assert.equal(clientSubject('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64');
  assert.equal(clientSubject('2001:0db8:1:2::9'), '2001:db8:1:2::/64');
  assert.equal(clientSubject('::1'), '0:0:0:0::/64');
  assert.equal(clientSubject('::ffff:192.0.2.1'), '192.0.2.1');
});
