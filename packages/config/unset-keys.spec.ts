import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { unsetKeys } from './unset-keys.ts';

const provider = (name: string, apiKeyEnv: string) =>
  ({ name, kind: 'openai', baseUrl: 'http://127.0.0.1:1', apiKeyEnv, catalogue: 'openai' }) as const;

test('a provider whose key is not set, or empty, is named with its variable', () => {
  const providers = [provider('a', 'KEY_A'), provider('b', 'KEY_B'), provider('c', 'KEY_C')];
  const warnings = unsetKeys(providers, { KEY_A: 'x', KEY_B: '' });
  assert.deepEqual(
    warnings.map((warning) => warning.split(':')[0]),
    ['provider b has no key, since KEY_B is not set', 'provider c has no key, since KEY_C is not set'],
  );
});
