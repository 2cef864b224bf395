import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { addressFrom } from './address-template.ts';
import { providerRow } from './spoken-by.ts';

function addressOf(id: string, environment: Readonly<Record<string, string>>): string | undefined {
  return addressFrom(providerRow(id)?.addresses ?? [], environment)?.url;
}

const project = { GOOGLE_CLOUD_PROJECT: 'my-project-1' };

test('Vertex has its models at a host for each location, and others for global and the continents', () => {
  const behind = '/publishers/google';
  for (const [location, host] of [
    ['us-central1', 'us-central1-aiplatform.googleapis.com'],
    ['global', 'aiplatform.googleapis.com'],
    ['eu', 'aiplatform.eu.rep.googleapis.com'],
    ['us', 'aiplatform.us.rep.googleapis.com'],
  ] as const) {
    const url = `https://${host}/v1/projects/my-project-1/locations/${location}${behind}`;
    assert.equal(addressOf('vertex', { ...project, GOOGLE_CLOUD_LOCATION: location }), url);
  }
  const claude = addressOf('vertex-anthropic', { ...project, GOOGLE_CLOUD_LOCATION: 'global' });
  assert.match(claude ?? '', /\/publishers\/anthropic$/);
});

test('Bedrock has a host for each region, by the first of two variables that is set', () => {
  const of = (environment: Readonly<Record<string, string>>) => addressOf('bedrock-anthropic', environment);
  assert.equal(of({ AWS_REGION: 'eu-west-1' }), 'https://bedrock-runtime.eu-west-1.amazonaws.com');
  assert.equal(of({ AWS_DEFAULT_REGION: 'us-west-2' }), 'https://bedrock-runtime.us-west-2.amazonaws.com');
  const both = { AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'eu-west-1' };
  assert.equal(of(both), 'https://bedrock-runtime.us-east-1.amazonaws.com');
});

test('Azure has the address of a resource, or the name of one', () => {
  const url = 'https://house.openai.azure.com/openai/v1';
  assert.equal(addressOf('azure', { AZURE_OPENAI_ENDPOINT: 'https://house.openai.azure.com/' }), url);
  assert.equal(addressOf('azure', { AZURE_RESOURCE_NAME: 'house' }), url);
});

test('without all of its parts, or with one that leads elsewhere, there is no address', () => {
  assert.equal(addressOf('vertex', project), undefined);
  assert.equal(addressOf('vertex', { ...project, GOOGLE_CLOUD_LOCATION: '' }), undefined);
  for (const region of ['evil.example/', 'a@evil.example', 'x.y', 'us-east-1#', '-', 'cn-north-1', ' ']) {
    assert.equal(addressOf('bedrock-anthropic', { AWS_REGION: region }), undefined, region);
  }
  for (const endpoint of ['house.openai.azure.com', 'https://a@b', 'https://house/x?y', 'ftp://house']) {
    assert.equal(addressOf('azure', { AZURE_OPENAI_ENDPOINT: endpoint }), undefined, endpoint);
  }
});
