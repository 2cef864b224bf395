import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { gatewayConfigSchema } from './gateway-config.ts';
import { keyPlacesFrom, keyReferenceFault, parseKeyReference } from './key-references.ts';
import { variables } from './variables.ts';

const provider = { kind: 'openai', baseUrl: 'http://10.0.0.5/v1', catalogue: 'house' };

function faultOf(reference: string, settings: object = {}): string | undefined {
  const parsed = parseKeyReference(reference);
  assert.ok(parsed);
  return keyReferenceFault(parsed, keyPlacesFrom(gatewayConfigSchema.parse({ dataDir: '/data', ...settings }), {}));
}

test('a reference may name a variable that is called a key, and one of the configuration', () => {
  for (const name of [
    'PROVIDER_KEY',
    'OPENAI_API_KEY',
    'CORPORATE_PROXY_CREDENTIALS',
    'AI302_API_KEY',
    'GATEWAY_SIMULATOR_KEY',
  ]) {
    assert.equal(faultOf(`env:${name}`), undefined);
  }
  const providers = [
    { ...provider, name: 'a', apiKeyEnv: 'VLLM_TOKEN' },
    { ...provider, name: 'b', apiKeyEnv: 'GATEWAY_OF_HOUSE_KEY' },
  ];
  for (const name of ['VLLM_TOKEN', 'GATEWAY_OF_HOUSE_KEY']) {
    assert.match(faultOf(`env:${name}`) ?? '', new RegExp(`${name} is no name for a provider's key: .*apiKeyEnv`));
    assert.equal(faultOf(`env:${name}`, { providers }), undefined);
  }
});

test('a reference never names a setting of the gateway, or what its stores and its cloud are reached with', () => {
  const others = [
    'PGPASSWORD',
    'AWS_SECRET_ACCESS_KEY',
    'NATS_KEY',
    'REDIS_API_KEY',
    'DATABASE_KEY',
    'GATEWAY_NEW_KEY',
  ];
  for (const name of [...Object.keys(variables), ...others]) assert.ok(faultOf(`env:${name}`), name);
  for (const name of ['GATEWAY_ADMIN_TOKEN', 'DATABASE_URL', 'PGPASSWORD']) {
    const providers = [{ ...provider, name: 'a', apiKeyEnv: name }];
    assert.match(faultOf(`env:${name}`, { providers }) ?? '', /no key of a provider/, name);
  }
});

test('a reference names a file below the directories for keys alone', () => {
  for (const path of [
    '/run/secrets/providers/openai',
    '/data/provider-keys/a/b',
    '/data/provider-keys/../provider-keys/c',
  ]) {
    assert.equal(faultOf(`file:${path}`), undefined, path);
  }
  for (const path of [
    '/run/secrets/database',
    '/run/secrets/providers',
    '/run/secrets/providers/../database',
    '/run/secrets/providers-of-others/key',
    '/data/secrets.json',
    'key',
  ]) {
    assert.match(faultOf(`file:${path}`) ?? '', /GATEWAY_PROVIDER_KEY_DIRS|own secrets/, path);
  }
  assert.equal(faultOf('file:/keys/openai', { providerKeyDirs: ['/keys'] }), undefined);
  assert.ok(faultOf('file:/run/secrets/providers/openai', { providerKeyDirs: ['/keys'] }));
  assert.match(faultOf('file:/data/secrets.json', { providerKeyDirs: ['/data'] }) ?? '', /own secrets/);
});
