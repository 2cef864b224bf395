import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from '#testkit/test.ts';
import { fillStars, namePattern, patternIndex } from './name-pattern.ts';

const ROUNDS = 20_000;

function randomText(alphabet: string, charsMax: number): string {
  return Array.from({ length: randomInt(charsMax + 1) }, () => alphabet[randomInt(alphabet.length)]).join('');
}

test('a name fits a pattern exactly where it fits the regular expression of that pattern', () => {
  for (let round = 0; round < ROUNDS; round++) {
    const [text, name] = [randomText('ab*.', 6), randomText('ab.', 8)];
    const expression = new RegExp(`^${text.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
    const { match, fits } = namePattern(text);
    assert.equal(fits(name), expression.test(name), `${text} and ${name}`);
    assert.equal(match(name) !== undefined, expression.test(name), `${text} and ${name}`);
  }
});

test('a pattern filled with what its stars stand for is the name again', () => {
  for (let round = 0; round < ROUNDS; round++) {
    const [text, name] = [randomText('ab*', 6), randomText('ab', 8)];
    const captures = namePattern(text).match(name);
    if (captures !== undefined) assert.equal(fillStars(text, captures), name, `${text} and ${name}`);
  }
});

test('a text without a star stays as it is, and one star too many stands for what the last one does', () => {
  assert.equal(fillStars('gpt-4o', ['x']), 'gpt-4o');
  assert.equal(fillStars('*/*', ['x']), 'x/x');
  assert.equal(fillStars('a-*', []), 'a-*');
});

test('the most specific pattern is found: an exact one, then the one with the most characters', () => {
  const find = patternIndex(['*', 'gpt-*', 'gpt-4o', 'gpt-4*', '*-4o-mini'].map((id) => ({ id })));
  const cases = { 'gpt-4o': 'gpt-4o', 'gpt-4.1': 'gpt-4*', 'gpt-5': 'gpt-*', 'gpt-4o-mini': '*-4o-mini', claude: '*' };
  for (const [name, id] of Object.entries(cases)) assert.equal(find(name)?.value.id, id);
  assert.equal(patternIndex([{ id: 'gpt-*' }])('claude'), undefined);
});

test('a pattern of stars alone is no work for a long name', () => {
  const startedAtMs = performance.now();
  assert.equal(namePattern(`${'*a'.repeat(100)}*b`).match('a'.repeat(10_000)), undefined);
  assert.ok(performance.now() - startedAtMs < 1_000);
});
