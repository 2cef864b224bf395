import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { attemptLines, houseCostText, likelyText, routingLines } from './routing-text.ts';

const plain = { routeId: '', strategy: 'priority', strategySource: '', leftOut: [], shadow: null };

test('a way is told with what chose it, what was left out, and who gets a copy', () => {
  assert.deepEqual(routingLines(plain), ['Routed by no route; candidates in the order of priority, the gateway’s own']);
  const routing = {
    ...{ routeId: 'canary', strategy: 'lowest_cost', strategySource: 'request' },
    leftOut: [{ provider: 'far', model: 'm', reason: 'region' }],
    shadow: { provider: 'copy', model: 'm', likelyCostNanoUsd: 12_000n },
  };
  assert.deepEqual(routingLines(routing), [
    'Routed by the route canary; candidates in the order of lowest_cost, as the request says',
    'Left out: far/m (region)',
    'A copy, which the house pays, goes to copy/m, likely 0.000012 USD',
  ]);
  assert.match(routingLines({ ...plain, strategySource: 'settings' }).join(), /as the settings say$/);
});

test('an old log does not say how a request was routed', () => {
  assert.deepEqual(routingLines({ ...plain, strategy: '' }), []);
  const attempts = [{ provider: 'p', model: 'm', status: 200, error: '', durationMs: 5 }];
  assert.deepEqual(attemptLines({ attempts }), ['attempt 1: p/m, status 200, 5 ms']);
  assert.deepEqual([likelyText(null), houseCostText(null, 0)], ['', '']);
});

test('an attempt is told by its account, with why it was chosen and how it ended', () => {
  const attempts = [
    {
      ...{ provider: 'p', model: 'm', status: 429, error: 'upstream_rate_limited', durationMs: 5 },
      ...{ account: 'b', failure: 'rate', reason: 'weighted: 3 of 5' },
    },
    {
      ...{ provider: 'q', model: 'm', status: 200, error: '', durationMs: 90 },
      ...{ firstByteMs: 40, isHedge: true, reason: 'after rate at p' },
    },
  ];
  assert.deepEqual(attemptLines({ attempts }), [
    'attempt 1: p/m by the account b, status 429, upstream_rate_limited (rate), 5 ms; why: weighted: 3 of 5',
    'attempt 2: q/m, status 200, first byte after 40 ms, 90 ms, beside one that was slow; why: after rate at p',
  ]);
  const houseCosts = [{ attempt: 1, amountNanoUsd: 9n, estimated: true }];
  assert.equal(houseCostText({ houseCosts }, 1), ' = 0.000000009 USD');
  assert.equal(houseCostText({ houseCosts }, 0), '');
});
