import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { traitsOf } from './model-traits.ts';

test('a model is known by its name, whatever a provider writes around it', () => {
  for (const [model, thinking] of [
    ['claude-3-5-haiku-20241022', 'none'],
    ['claude-3-opus-20240229', 'none'],
    ['claude-3-7-sonnet-latest', 'manual'],
    ['claude-sonnet-4-20250514', 'manual'],
    ['anthropic.claude-sonnet-4-5-20250929-v1:0', 'manual'],
    ['claude-haiku-4-5', 'manual'],
    ['claude-opus-4-6', 'both'],
    ['anthropic/claude-opus-4.7', 'adaptive'],
    ['claude-opus-4-8[1m]', 'adaptive'],
    ['us.anthropic.claude-sonnet-5-v1', 'adaptive'],
    ['claude-fable-5-1', 'adaptive'],
    ['claude-mythos-preview', 'adaptive'],
    ['claude-sonnet-latest', 'adaptive'],
    ['claude-opus-7', 'adaptive'],
    ['claude-novel-1', 'manual'],
    ['glm-5', 'manual'],
  ] as const) {
    assert.equal(traitsOf(model).thinking, thinking, model);
  }
});

test('what models refuse is known from the version on that refuses it', () => {
  assert.equal(traitsOf('claude-opus-4-6').sampling, 'one');
  assert.equal(traitsOf('claude-opus-4-7').sampling, 'none');
  assert.equal(traitsOf('claude-opus-4-5').takesPrefill, true);
  assert.equal(traitsOf('claude-opus-4-6').takesPrefill, false);
  assert.equal(traitsOf('claude-sonnet-5').takesForcedTools, true);
  assert.equal(traitsOf('claude-sonnet-5-5').takesForcedTools, false);
  assert.equal(traitsOf('claude-opus-4-20250514').takesOutputFormat, false);
  assert.equal(traitsOf('claude-opus-4-1-20250805').takesOutputFormat, true);
  assert.equal(traitsOf('kimi-k3').sampling, 'all');
});
