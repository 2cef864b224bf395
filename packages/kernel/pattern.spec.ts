import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { compilePattern } from './pattern.ts';

const fits: readonly (readonly [string, string, boolean])[] = [
  ['', 'anything', true],
  ['*', '', true],
  ['gpt-4o', 'gpt-4o', true],
  ['gpt-4o', 'gpt-4o-mini', false],
  ['gpt-*', 'gpt-4o', true],
  ['gpt-*', 'xgpt-4o', false],
  ['*-mini', 'gpt-4o-mini', true],
  ['a*a', 'a', false],
  ['a*a', 'aa', true],
  ['anthropic/*-4*', 'anthropic/claude-4-opus', true],
  ['anthropic/*-4*', 'anthropic/claude-3', false],
  ['*ab*ab*', 'ab', false],
  ['*ab*ab*', 'xabxabx', true],
  ['a*b*c', 'abbc', true],
  ['a*bc*c', 'abc', false],
  ['a.c', 'abc', false],
];

test('a star stands for any characters, and everything else for itself', () => {
  for (const [pattern, name, expected] of fits) {
    assert.equal(compilePattern(pattern)(name), expected, `${pattern} ${name}`);
  }
});
