import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { gatewayConfigSchema } from './gateway-config.ts';
import { keyPlacesFrom, keyReferenceFault, parseKeyReference } from './key-references.ts';
import { isSimulator, providersFrom, simulatorIds } from './providers.ts';

function idsOf(environment: Readonly<Record<string, string>>): readonly string[] {
  return providersFrom([], environment).map(({ name }) => name);
}

test('a key turns a provider on, where the parts of its address are set as well', () => {
  assert.deepEqual(idsOf({ OPENAI_API_KEY: 'k' }), ['openai']);
  assert.deepEqual(idsOf({ AWS_BEARER_TOKEN_BEDROCK: 'k' }), []);
  assert.ok(idsOf({ AWS_BEARER_TOKEN_BEDROCK: 'k', AWS_REGION: 'us-east-1' }).includes('bedrock-anthropic'));
  assert.deepEqual(idsOf({ AZURE_OPENAI_API_KEY: 'k' }), []);
  assert.deepEqual(idsOf({ AZURE_OPENAI_API_KEY: 'k', AZURE_RESOURCE_NAME: 'house' }), ['azure']);
});

test('what machines have for other ends turns nothing on', () => {
  const keys = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 's', AWS_REGION: 'us-east-1' };
  assert.deepEqual(idsOf(keys), []);
  assert.deepEqual(idsOf({ GOOGLE_APPLICATION_CREDENTIALS: '/etc/sa.json', GOOGLE_CLOUD_PROJECT: 'p' }), []);
});

test('a file with a key turns Vertex on, and is a place for keys wherever it is', () => {
  const environment = {
    GOOGLE_APPLICATION_CREDENTIALS: '/etc/sa.json',
    GOOGLE_CLOUD_PROJECT: 'p',
    GOOGLE_CLOUD_LOCATION: 'global',
  };
  const [vertex, claude] = providersFrom([], environment);
  assert.deepEqual([vertex?.name, claude?.name], ['vertex', 'vertex-anthropic']);
  assert.equal(vertex?.apiKeyRef, 'file:/etc/sa.json');
  const places = keyPlacesFrom(gatewayConfigSchema.parse({ dataDir: '/data' }), environment);
  const reference = parseKeyReference('file:/etc/sa.json');
  assert.ok(reference);
  assert.equal(keyReferenceFault(reference, places), undefined);
  assert.match(keyReferenceFault({ kind: 'file', name: '/etc/passwd' }, places) ?? '', /none of the directories/);
});

test('a region without prices of its own has those of inference profiles', () => {
  const catalogueAt = (region: string): string | undefined => {
    const environment = { AWS_BEARER_TOKEN_BEDROCK: 'k', AWS_REGION: region };
    return providersFrom([], environment).find(({ name }) => name === 'bedrock-anthropic')?.catalogue;
  };
  assert.equal(catalogueAt('us-west-2'), 'aws');
  assert.equal(catalogueAt('eu-central-1'), 'aws-profiles');
  assert.equal(catalogueAt('us-gov-west-1'), 'aws-profiles');
});

test('the simulator is a provider of each maker whose format it speaks, where the process that starts it says so', () => {
  const environment = { GATEWAY_SIMULATOR_URL: 'http://127.0.0.1:9', GATEWAY_SIMULATOR_KEY: 'k' };
  assert.deepEqual(
    providersFrom([], environment).map(({ name, catalogue, baseUrl }) => [name, catalogue, baseUrl]),
    [
      ['simulator-openai', 'openai', 'http://127.0.0.1:9/v1'],
      ['simulator-anthropic', 'anthropic', 'http://127.0.0.1:9/v1'],
      ['simulator-gemini', 'google', 'http://127.0.0.1:9/v1beta'],
    ],
  );
  assert.equal(simulatorIds.every(isSimulator), true);
});
