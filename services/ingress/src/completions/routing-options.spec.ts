import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { routingHeaders, routingOptions } from './routing-options.ts';

const bounds = { refused: [], timeoutMaxMs: 600_000 };
const read = (headers: Record<string, string>, refused: readonly string[] = []) =>
  routingOptions(headers, { ...bounds, refused });

describe('what a client may choose by a header', () => {
  test('is read, and nothing is chosen without one', () => {
    assert.deepEqual(read({ 'x-gateway-session-id': 's' }), { fallbacks: [], region: '' });
    const all = read({
      'x-gateway-strategy': ' Lowest_Cost ',
      'x-gateway-fallbacks': 'a, openai/b ,,a',
      'x-gateway-timeout-ms': '1500',
      'x-gateway-retries': '0',
      'x-gateway-region': 'eu',
      'x-gateway-priority': 'low',
    });
    assert.deepEqual(all, {
      strategy: 'lowest_cost',
      fallbacks: ['a', 'openai/b'],
      timeoutMs: 1_500,
      attemptsMax: 1,
      region: 'eu',
      priority: 'low',
    });
    assert.deepEqual(read({ 'x-gateway-retries': '10' }).attemptsMax, 11);
  });

  const bad: readonly (readonly [header: string, value: string])[] = [
    ['x-gateway-strategy', 'best'],
    ['x-gateway-fallbacks', 'a,b,c,d,e,f'],
    ['x-gateway-fallbacks', 'm'.repeat(201)],
    ['x-gateway-timeout-ms', '0'],
    ['x-gateway-timeout-ms', '600001'],
    ['x-gateway-timeout-ms', '1.5'],
    ['x-gateway-timeout-ms', '1e3'],
    ['x-gateway-retries', '11'],
    ['x-gateway-retries', '-1'],
    ['x-gateway-retries', ''],
    ['x-gateway-region', 'Europe (west)'],
    ['x-gateway-priority', 'urgent'],
  ];
  for (const [header, value] of bad) {
    test(`is refused by the name of ${header}, where it is "${value.slice(0, 20)}"`, () => {
      assert.throws(() => read({ [header]: value }), { code: 'invalid_request', message: new RegExp(header) });
    });
  }

  for (const [option, header] of Object.entries(routingHeaders)) {
    test(`is refused where the settings leave ${option} to policy, whatever it says`, () => {
      assert.throws(() => read({ [header]: '1' }, [option]), {
        code: 'invalid_request',
        message: new RegExp(`${header} may not be used here`),
      });
    });
  }
});
