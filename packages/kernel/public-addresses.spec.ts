import assert from 'node:assert/strict';
import { isIPv4 } from 'node:net';
import fc from 'fast-check';
import { test } from '#testkit/test.ts';
import { isPublicAddress } from './public-addresses.ts';

test('loopback, private, shared, link-local, documentation, multicast and reserved addresses are not public', () => {
  for (const address of [
    ...[
      '0.0.0.0',
      '0.1.2.3',
      '10.0.0.1',
      '10.255.255.255',
      '100.64.0.1',
      '100.127.255.255',
      '127.0.0.1',
      '127.255.255.254',
    ],
    ...['169.254.169.254', '172.16.0.1', '172.31.255.255', '192.0.0.8', '192.0.2.1', '192.88.99.1', '192.168.255.255'],
    ...['198.18.0.1', '198.19.255.255', '198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.255', '240.0.0.1'],
    ...['255.255.255.255', '::', '::1', '::7f00:1', '100::1', '64:ff9b:1::1', 'fc00::1', 'fd12:3456::1', 'fe80::1'],
    ...[
      'fe80::1%eth0',
      'fec0::1',
      'ff02::1',
      '5f00::1',
      '2001::1',
      '2001:10::1',
      '2001:20::1',
      '2001:db8::1',
      '2002:7f00:1::',
    ],
    ...['3fff::1', '4000::1', '::ffff:0:127.0.0.1', 'not an address', ''],
  ]) {
    assert.equal(isPublicAddress(address), false, address);
  }
});

test('addresses of the internet are public, next to the ranges that are not as well', () => {
  for (const address of [
    ...[
      '1.1.1.1',
      '8.8.8.8',
      '9.255.255.255',
      '11.0.0.0',
      '100.63.255.255',
      '100.128.0.0',
      '126.255.255.255',
      '128.0.0.1',
    ],
    ...[
      '169.253.255.255',
      '172.15.255.255',
      '172.32.0.0',
      '192.167.255.255',
      '192.169.0.0',
      '198.17.255.255',
      '223.255.255.255',
    ],
    ...['2001:4860:4860::8888', '2606:4700::1111', '2001:200::1', '2a00:1450::1'],
  ]) {
    assert.equal(isPublicAddress(address), true, address);
  }
});

const ipv4 = fc.oneof(
  fc.ipV4(),
  fc.constantFrom(
    '127.0.0.1',
    '10.1.2.3',
    '192.168.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '1.1.1.1',
    '8.0.0.8',
  ),
);

test('an IPv4 address within one of IPv6 is judged as itself, however it is written', () => {
  fc.assert(
    fc.property(ipv4, (address) => {
      fc.pre(isIPv4(address));
      const isPublic = isPublicAddress(address);
      for (const prefix of ['::ffff:', '64:ff9b::']) {
        const { hostname } = new URL(`http://[${prefix}${address}]`);
        assert.equal(isPublicAddress(`${prefix}${address}`), isPublic, `${prefix}${address}`);
        assert.equal(isPublicAddress(hostname.slice(1, -1)), isPublic, hostname);
      }
    }),
  );
});
