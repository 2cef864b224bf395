import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { catalogueModels } from './catalogue-models.ts';
import { modelFacts } from './model-facts.ts';

const atMs = Date.UTC(2026, 10, 28);

function pricedAs(catalogueId: string, name: string): string | undefined {
  const models = catalogueModels(catalogueId, atMs);
  return (models.find(({ names }) => names.includes(name)) ?? models.find(({ isSnapshot }) => isSnapshot(name)))?.id;
}

test('a profile of Bedrock has the price of its part of the world', () => {
  const global = 'global.anthropic.claude-haiku-4-5-20251001-v1:0';
  const regional = 'regional.anthropic.claude-haiku-4-5-20251001-v1:0';
  assert.equal(pricedAs('aws', global), global);
  for (const profile of ['', 'us.', 'eu.', 'jp.', 'au.']) {
    assert.equal(pricedAs('aws', `${profile}anthropic.claude-haiku-4-5-20251001-v1:0`), regional, profile);
  }
  assert.equal(pricedAs('aws', 'us.amazon.nova-lite-v1:0'), 'amazon.nova-lite-v1:0');
});

test('what the list does not tell has no price: names without their maker, other versions, profiles elsewhere, ARNs', () => {
  for (const name of [
    'claude-opus-5',
    'regional.anthropic.claude-opus-5',
    'anthropic.claude-haiku-4-5-20251001-v9:0',
    'eu.amazon.nova-lite-v1:0',
    'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc',
  ]) {
    assert.equal(pricedAs('aws', name), undefined, name);
  }
});

test('outside of the United States profiles alone are priced', () => {
  assert.equal(pricedAs('aws-profiles', 'eu.anthropic.claude-opus-5'), 'regional.anthropic.claude-opus-5');
  assert.equal(pricedAs('aws-profiles', 'anthropic.claude-opus-5'), undefined);
  assert.equal(pricedAs('aws-profiles', 'us.amazon.nova-lite-v1:0'), undefined);
});

test('in a region of Vertex the models whose price is the same everywhere are priced', () => {
  assert.equal(pricedAs('google-regional', 'gemini-2.5-pro'), 'gemini-2.5-pro');
  assert.equal(pricedAs('google-regional', 'gemini-3.5-flash'), undefined);
  assert.equal(pricedAs('google-regional', 'claude-opus-5'), undefined);
  assert.equal(pricedAs('google', 'claude-sonnet-4-5@20250929'), 'claude-sonnet-4-5');
});

test('a cloud’s model can what its maker’s can, behind profile and version', () => {
  const own = modelFacts('anthropic', 'claude-sonnet-4-5-20250929');
  assert.ok(own);
  for (const [catalogueId, name] of [
    ['aws', 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0'],
    ['aws-profiles', 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0'],
    ['google', 'claude-sonnet-4-5@20250929'],
  ] as const) {
    const facts = modelFacts(catalogueId, name);
    assert.equal(facts?.outputTokensMax, own.outputTokensMax, catalogueId);
    assert.deepEqual(facts?.inputModalities, own.inputModalities);
    assert.ok(facts?.capabilities.includes('tools') && !facts.capabilities.includes('web_search'));
  }
});
