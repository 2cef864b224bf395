import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, test } from '#testkit/test.ts';
import { ConfigError, loadConfig, loadConfigWithOrigins } from './load-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'gateway-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(folder, `${Math.random()}.yaml`);
  writeFileSync(path, text);
  return path;
}

function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    loadConfig(environment);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.faults;
  }
  return [];
}

test('an empty configuration is a working one', () => {
  const config = loadConfig({ GATEWAY_CONFIG: file('') });
  assert.equal(config.port, 8080);
  assert.equal(config.multiplierBasisPoints, 15_000);
});

test('the environment wins over the file', () => {
  const config = loadConfig({ GATEWAY_CONFIG: file('port: 9000\nhost: 0.0.0.0'), GATEWAY_PORT: '9100' });
  assert.equal(config.port, 9100);
  assert.equal(config.host, '0.0.0.0');
});

test('an admin token of digits stays a text', () => {
  assert.equal(
    loadConfig({ GATEWAY_CONFIG: file(''), GATEWAY_ADMIN_TOKEN: '1234567890123456' }).adminToken?.length,
    16,
  );
});

test('all faults are listed at once, each by the name it was set under', () => {
  const faults = faultsOf({
    GATEWAY_CONFIG: file('bodyMaxBytes: many\nproviders: [{name: x}]\nunknownSetting: 1'),
    GATEWAY_PORT: '99999999',
  });
  const text = faults.join('\n');
  assert.match(text, /GATEWAY_PORT/);
  assert.match(text, /bodyMaxBytes/);
  assert.match(text, /providers\.0\.kind/);
  assert.match(text, /unknownSetting/);
});

test('a price that is a number is refused, since a number is a float', () => {
  const faults = faultsOf({
    GATEWAY_CONFIG: file('prices: [{key: openai/x, inputUsdPerMtok: 0.15, outputUsdPerMtok: "0.6"}]'),
  });
  assert.match(faults.join(), /prices\.0\.inputUsdPerMtok/);
});

test('a price may have every unit, each once, and no other', () => {
  const withUnits = (units: string) =>
    faultsOf({
      GATEWAY_CONFIG: file(`prices: [{key: a/b, inputUsdPerMtok: "1", otherUsdPerMillion: ${units}}]`),
    }).join();
  assert.equal(withUnits('{audio_input: "32", search: "10000.5"}'), '');
  assert.match(withUnits('{pages: "1"}'), /prices\.0\.otherUsdPerMillion/);
  assert.match(withUnits('{input: "1"}'), /prices\.0\.otherUsdPerMillion/, 'it has a field');
  assert.match(withUnits('{search: 10}'), /prices\.0\.otherUsdPerMillion\.search/);
});

test('a named file that is not there is a fault; a broken one says where', () => {
  assert.match(faultsOf({ GATEWAY_CONFIG: join(folder, 'none.yaml') }).join(), /cannot be read/);
  assert.match(faultsOf({ GATEWAY_CONFIG: file('a: [1') }).join(), /line 1/);
  const secret = 'adminToken: "token-7f3a-of-16-characters\nhost: [}: token-7f3a';
  const faults = faultsOf({ GATEWAY_CONFIG: file(`port: 1\n${secret}`) }).join();
  assert.match(faults, /line \d/);
  assert.doesNotMatch(faults, /7f3a/, 'without what stands there, which may be a secret');
});

test('a hold that would end under its running request is refused', () => {
  assert.match(faultsOf({ GATEWAY_CONFIG: file('holdTtlMs: 1000') }).join(), /holdTtlMs/);
});

test('lists of addresses come from the environment, and each is checked', () => {
  const config = loadConfig({
    GATEWAY_CONFIG: file(''),
    GATEWAY_ROUTER_ADDRESSES: 'router-1:8081, [::1]:9, ',
    NATS_URL: 'nats://a:4222,nats://b:4222',
  });
  assert.deepEqual(config.routerAddresses, ['router-1:8081', '[::1]:9']);
  assert.deepEqual(config.natsUrl, ['nats://a:4222', 'nats://b:4222']);
  const faults = faultsOf({ GATEWAY_CONFIG: file(''), GATEWAY_QUOTA_ADDRESSES: 'quota', NATS_URL: 'http://x' }).join();
  assert.match(faults, /GATEWAY_QUOTA_ADDRESSES: must be host:port/);
  assert.match(faults, /NATS_URL/);
});

test('faults of single settings do not hide that others contradict each other', () => {
  const faults = faultsOf({
    GATEWAY_CONFIG: file('holdTtlMs: 1000\nprices: [{key: a/b, inputUsdPerMtok: "1", outputUsdPerMtok: "1"}]'),
    GATEWAY_PORT: 'x',
    GATEWAY_TLS_KEY: 'key.pem',
    GATEWAY_PROT: '1',
  }).join('\n');
  for (const fault of [
    /GATEWAY_PORT: /,
    /holdTtlMs: must be longer/,
    /give all three/,
    /GATEWAY_PROT: unknown setting/,
  ]) {
    assert.match(faults, fault);
  }
});

test('where a setting comes from is known: its variable, the file, or nowhere', () => {
  const path = file('port: 9000\nhost: 0.0.0.0');
  const { originOf } = loadConfigWithOrigins({ GATEWAY_CONFIG: path, GATEWAY_PORT: '9100' });
  assert.equal(originOf('port'), 'GATEWAY_PORT');
  assert.equal(originOf('host'), `host in ${path}`);
  assert.equal(originOf('grpcPort'), 'the default');
});

test('half a set of TLS files is a fault', () => {
  assert.match(faultsOf({ GATEWAY_CONFIG: file(''), GATEWAY_TLS_CERT: 'cert.pem' }).join(), /all three or none/);
});
