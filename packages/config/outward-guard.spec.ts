import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { compileAddressRanges } from '#kernel/address-ranges.ts';
import { test } from '#testkit/test.ts';
import { createOutwardGuard, type LookUp } from './outward-guard.ts';
import type { PrivatePlaces } from './private-places.ts';

function places({
  ranges = [],
  ...more
}: Partial<Omit<PrivatePlaces, 'ranges'>> & { ranges?: string[] }): PrivatePlaces {
  return { all: false, names: new Set(), origins: new Set(), ...more, ranges: compileAddressRanges(ranges) };
}

const nowhere = places({});
const faultOf = (url: string, allowed = nowhere) => createOutwardGuard(allowed).faultOf(new URL(url));

/** A DNS in which every name leads to the same addresses. */
function dns(...addresses: readonly string[]): LookUp {
  const found = addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 }));
  return (_name, _options, done) => done(null, found);
}

async function codeOf(url: string, allowed: PrivatePlaces, ...addresses: readonly string[]): Promise<string> {
  const at = new URL(url);
  const look = createOutwardGuard(allowed, dns(...addresses)).lookupFor(at);
  return new Promise((resolve) => look(at.hostname, { all: true }, (error) => resolve(error?.code ?? '')));
}

test('a private address is refused in every spelling, with the setting that allows it', () => {
  for (const host of [
    ...['127.0.0.1', '2130706433', '0x7f000001', '0177.0.0.1', '127.1', '0x7f.1', '127.0.0.1.', '１２７.0.0.1', '0'],
    ...[
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[0:0:0:0:0:ffff:10.0.0.1]',
      '[64:ff9b::10.0.0.1]',
      '[::127.0.0.1]',
    ],
    ...[
      '10.0.0.1',
      '192.168.1.1',
      '172.16.0.1',
      '100.64.0.1',
      '[fd00::1]',
      '[ff02::1]',
      '198.18.0.1',
      '[2002:7f00:1::]',
    ],
  ]) {
    assert.match(faultOf(`http://${host}/v1`) ?? '', /private address: .*GATEWAY_PRIVATE_PROVIDERS/, host);
  }
  for (const host of ['1.1.1.1', '[2606:4700::1111]', 'api.openai.com', 'localhost']) {
    assert.equal(faultOf(`https://${host}/v1`), undefined, host);
  }
});

test('a name is judged by where it leads, at every connection', async () => {
  const url = 'https://provider.example/v1';
  assert.equal(await codeOf(url, nowhere, '1.1.1.1', '2606:4700::1111'), '');
  for (const address of ['127.0.0.1', '::1', '10.0.0.1', '::ffff:10.0.0.1', 'fd00::1', '64:ff9b::a00:1']) {
    assert.equal(await codeOf(url, nowhere, address), 'EPRIVATE', address);
    assert.equal(await codeOf(url, nowhere, '1.1.1.1', address), 'EPRIVATE', `one of two: ${address}`);
  }
  let calls = 0;
  const rebinding: LookUp = (_name, _options, done) => {
    calls += 1;
    done(null, calls === 1 ? '1.1.1.1' : '127.0.0.1', 4);
  };
  const look = createOutwardGuard(nowhere, rebinding).lookupFor(new URL(url));
  const codes: string[] = [];
  for (let round = 0; round < 2; round++) look('provider.example', {}, (error) => codes.push(error?.code ?? ''));
  assert.deepEqual(codes, ['', 'EPRIVATE']);
});

test('what the wiring allows is connected to, by range, by name, and by the origin of the configuration', async () => {
  assert.equal(faultOf('http://10.1.2.3/v1', places({ ranges: ['10.0.0.0/8'] })), undefined);
  assert.ok(faultOf('http://192.168.1.1/v1', places({ ranges: ['10.0.0.0/8'] })));
  assert.equal(faultOf('http://127.0.0.1:11434/v1', places({ all: true })), undefined);
  const named = places({ names: new Set(['vllm.internal']) });
  assert.equal(await codeOf('http://vllm.internal:8000/v1', named, '10.0.0.1'), '');
  assert.equal(await codeOf('http://vllm.internal./v1', named, '10.0.0.1'), '');
  assert.equal(await codeOf('http://other.internal/v1', named, '10.0.0.1'), 'EPRIVATE');
  const configured = places({ origins: new Set(['http://127.0.0.1:9999', 'http://simulator:9999']) });
  assert.equal(faultOf('http://127.0.0.1:9999/v1', configured), undefined);
  assert.ok(faultOf('http://127.0.0.1:5432/v1', configured), 'another port of that host');
  assert.equal(await codeOf('http://simulator:9999/v1', configured, '172.18.0.4'), '');
  assert.equal(await codeOf('http://simulator:9998/v1', configured, '172.18.0.4'), 'EPRIVATE');
});

test('metadata services are refused, whatever the wiring allows', async () => {
  const everywhere = places({
    all: true,
    ranges: ['169.254.0.0/16'],
    names: new Set(['evil.example', '169.254.169.254']),
  });
  for (const host of [
    '169.254.169.254',
    '2852039166',
    '[::ffff:169.254.169.254]',
    '[fe80::1]',
    'metadata.google.internal',
  ]) {
    assert.match(faultOf(`http://${host}/v1`, everywhere) ?? '', /metadata/, host);
  }
  for (const address of ['169.254.169.254', '::ffff:169.254.169.254', 'fd00:ec2::254', '100.100.100.200', 'fe80::1']) {
    assert.equal(await codeOf('http://evil.example/v1', everywhere, address), 'EMETADATA', address);
  }
});
