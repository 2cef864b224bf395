import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { gatewayConfigSchema } from './gateway-config.ts';
import { privatePlaceFault } from './private-place-fault.ts';
import { privatePlacesFrom } from './private-places.ts';

test('addresses, ranges and names are places, and what is none is told', () => {
  for (const place of [
    '*',
    '10.0.0.0/8',
    '127.0.0.1',
    '::1',
    'fd00::/8',
    'vllm',
    'vllm.internal',
    'gpu_1.ai.svc.cluster.local',
  ]) {
    assert.equal(privatePlaceFault(place), undefined, place);
  }
  for (const slip of [
    '',
    '10.0.0.0/33',
    '10.0.0',
    '300.1.1.1',
    'http://vllm',
    'vllm:8000',
    'vllm/v1',
    'a b',
    '-a',
    '*.internal',
  ]) {
    assert.notEqual(privatePlaceFault(slip), undefined, slip);
    assert.equal(gatewayConfigSchema.safeParse({ privateProviders: [slip] }).success, false, slip);
  }
});

test('a provider of the configuration is a place by itself, and no other port of its host', () => {
  const { providers } = gatewayConfigSchema.parse({
    providers: [{ name: 'v', kind: 'openai', baseUrl: 'http://10.0.0.7:8000/v1', apiKeyEnv: '', catalogue: 'openai' }],
  });
  const environment = { GATEWAY_SIMULATOR_URL: 'http://127.0.0.1:9999', GATEWAY_SIMULATOR_KEY: 'k' };
  const { origins, all, names } = privatePlacesFrom({ providers, privateProviders: ['VLLM'] }, environment);
  assert.deepEqual([...origins], ['http://10.0.0.7:8000', 'http://127.0.0.1:9999']);
  assert.deepEqual([all, [...names]], [false, ['vllm']]);
});
