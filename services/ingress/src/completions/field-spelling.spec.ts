import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { spellingProblem } from './field-spelling.ts';
import { parseCompletion } from './parse-completion.ts';

const request = { model: 'm', messages: [{ role: 'user', content: 'hi' }], max_tokens: 1 };

test('a field that decides what a request may cost is refused in other letters than its own', () => {
  // The last two fold to max_tokens: with a Kelvin sign, and with a long s.
  for (const field of [
    'MAX_TOKENS',
    'Max_Tokens',
    'Model',
    'N',
    'Stream',
    'Tools',
    'max_to\u212Aens',
    'max_token\u017F',
  ]) {
    const parsed = parseCompletion({ ...request, [field]: 100_000 });
    assert.ok('refusal' in parsed, field);
    assert.deepEqual([parsed.refusal.code, parsed.refusal.param], ['invalid_request', field]);
  }
});

test('the fields themselves, and what the gateway does not read, may be written as they like', () => {
  assert.equal(spellingProblem({ ...request, topK: 1, SEED: 2, metadata: { Model: 'x' } }), undefined);
});
