import assert from 'node:assert/strict';
import type { Strategy } from '#contracts/routing.ts';
import { test } from '#testkit/test.ts';
import { choosingWorld, deploymentOf, planOf, sharesOf } from './testing.ts';

const REQUESTS = 10_000;

const weighted = (...weights: readonly number[]) =>
  weights.map((weight, index) => deploymentOf({ account: 'abcdefgh'[index] ?? '', weight }));

function assertShares(shares: Readonly<Record<string, number>>, expected: Readonly<Record<string, number>>): void {
  for (const [account, share] of Object.entries(expected)) {
    const seen = (shares[account] ?? 0) / REQUESTS;
    assert.ok(Math.abs(seen - share) <= 0.01, `${account}: ${seen} instead of ${share}`);
  }
}

function shares(strategy: Strategy, deployments: ReturnType<typeof weighted>, stickyKey = (_: number) => '') {
  const { chooser } = choosingWorld();
  return sharesOf((index) => chooser.choose(deployments, planOf({ strategy, stickyKey: stickyKey(index) })), REQUESTS);
}

test('weights 5:3:2 hold within 1 % over 10,000 requests', () => {
  const expected = { a: 0.5, b: 0.3, c: 0.2 };
  assertShares(shares('weighted', weighted(5, 3, 2)), expected);
  assertShares(shares('sticky', weighted(5, 3, 2)), expected);
  assertShares(shares('random', weighted(5, 3, 2)), expected);
  assertShares(shares('rate_headroom', weighted(5, 3, 2)), expected);
  assertShares(shares('least_connections', weighted(5, 3, 2)), expected);
  assertShares(
    shares('sticky', weighted(5, 3, 2), (index) => `conversation ${index}`),
    expected,
  );
});
