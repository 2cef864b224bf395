import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { compileAddressRanges } from './address-ranges.ts';

const isIn = (range: string, address: string): boolean => compileAddressRanges([range])(address);

test('an address is in its range, and not in the one beside it', () => {
  for (const [range, inside, outside] of [
    ['10.0.0.0/8', '10.255.255.255', '11.0.0.0'],
    ['203.0.113.7', '203.0.113.7', '203.0.113.8'],
    ['203.0.113.128/25', '203.0.113.128', '203.0.113.127'],
    ['2001:db8::/32', '2001:db8:ffff::1', '2001:db9::'],
    ['2001:db8::1', '2001:0db8:0:0:0:0:0:1', '2001:db8::2'],
    ['fe80::/10', 'fe80::1%eth0', 'fec0::1'],
    ['0.0.0.0/0', '1.2.3.4', '2001:db8::1'],
    ['::/0', '2001:db8::1', '1.2.3.4'],
    ['::/64', '::1', '1.2.3.4'],
    ['::/0', '::1', '::ffff:1.2.3.4'],
    ['::/0', '::1', '0:0:0:0:0:ffff:102:304'],
    ['::ffff:0:0/96', '1.2.3.4', '2001:db8::1'],
    ['::ffff:a00:0/104', '10.1.2.3', '11.0.0.0'],
  ] as const) {
    assert.ok(isIn(range, inside), `${inside} in ${range}`);
    assert.ok(!isIn(range, outside), `${outside} in ${range}`);
  }
});

test('an IPv4 address is the same in the form of IPv6, written in either way, in a range as well', () => {
  for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '::ffff:0a01:0203']) {
    assert.ok(isIn('10.0.0.0/8', address), address);
    assert.ok(isIn('::ffff:10.0.0.0/104', address), address);
    assert.ok(!isIn('11.0.0.0/8', address), address);
  }
});

test('what is no address is in no range, not even in that of all', () => {
  for (const text of ['', 'localhost', '1.2.3', '<script>']) assert.ok(!isIn('0.0.0.0/0', text), text);
});

test('a range that is none is named', () => {
  for (const range of [
    'here',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '::1/129',
    '1.2.3.4/x',
    '::ffff:1.2.3.4/95',
    '::ffff:10.0.0.0/8',
    '::ffff:a00:0/8',
    'fe80::1%eth0',
  ]) {
    assert.throws(() => compileAddressRanges([range]), RangeError, range);
  }
});
