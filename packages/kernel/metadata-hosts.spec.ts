import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { isMetadataHost } from './metadata-hosts.ts';

const hostOf = (url: string): string => new URL(url).hostname;

test('link-local addresses and metadata services are told, however they are written', () => {
  for (const host of [
    '169.254.169.254',
    '2852039166',
    '0xa9fea9fe',
    '169.254.0.1.',
    '[fe80::1]',
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:a9fe]',
    '[64:ff9b::a9fe:a9fe]',
    '[fd00:ec2::254]',
    '100.100.100.200',
    'Metadata.Google.Internal',
    'metadata.google.internal.',
  ]) {
    assert.equal(isMetadataHost(hostOf(`http://${host}/v1`)), true, host);
  }
  assert.equal(isMetadataHost('fe80::1%eth0'), true, 'as the DNS says it');
});

test('loopback, private networks and the rest of the world are none', () => {
  for (const host of ['127.0.0.1', '[::1]', '10.0.0.5', '192.168.1.1', '[fd00::1]', 'localhost', 'api.openai.com']) {
    assert.equal(isMetadataHost(hostOf(`http://${host}/v1`)), false, host);
  }
});
