import assert from 'node:assert/strict';
import type { Strategy } from '#contracts/routing.ts';
import { test } from '#testkit/test.ts';
import type { Deployment } from './deployment.ts';
import type { OpenDeployment } from './signals.ts';
import { type ChoosingWorld, choosingWorld, deploymentOf, planOf, sameRandoms } from './testing.ts';

const REQUESTS = 10_000;

type Open = Deployment & OpenDeployment;
type Shares = Readonly<Record<string, number>>;

const weighted = (...weights: readonly number[]) =>
  weights.map((weight, index) => deploymentOf({ account: 'abcdefgh'[index] ?? '', weight }));

const firstOf = (world: ChoosingWorld, deployments: readonly Open[], strategy: Strategy, stickyKey = ''): Open =>
  (world.chooser.choose(deployments, planOf({ strategy, stickyKey }))[0]?.deployment ?? deployments[0]) as Open;

/** The share of each account in as many choices as there are keys. */
function sharesOf(accounts: readonly string[]): Shares {
  const shares: Record<string, number> = {};
  for (const account of accounts) shares[account] = (shares[account] ?? 0) + 1 / accounts.length;
  return shares;
}

function assertShares(shares: Shares, expected: Shares): void {
  for (const [account, share] of Object.entries(expected)) {
    const seen = shares[account] ?? 0;
    assert.ok(Math.abs(seen - share) <= 0.01, `${account}: ${seen} instead of ${share}`);
  }
}

const manyOf = (strategy: Strategy, deployments: readonly Open[], keyOf = (_: number) => '', world = choosingWorld()) =>
  Array.from({ length: REQUESTS }, (_, index) => firstOf(world, deployments, strategy, keyOf(index)).account);

/** Requests that come one after another, each answered by the deployment that is chosen for it. */
function simulate(options: {
  readonly world: ChoosingWorld;
  readonly deployments: readonly Open[];
  readonly strategy: Strategy;
  readonly requests: number;
  readonly everyMs: number;
  readonly firstTokenMs: (account: string) => number;
  readonly msPerToken?: (account: string) => number;
  readonly onChoice?: () => void;
}): readonly string[] {
  const { world, deployments, strategy, requests, everyMs, firstTokenMs, msPerToken = () => 0, onChoice } = options;
  const due: { readonly atMs: number; readonly run: () => void }[] = [];
  const chosen: string[] = [];
  const until = (untilMs: number): void => {
    due.sort((a, b) => a.atMs - b.atMs);
    while (due[0] !== undefined && due[0].atMs <= untilMs) {
      const next = due.shift();
      world.nowMs = next?.atMs ?? world.nowMs;
      next?.run();
    }
    world.nowMs = untilMs;
  };
  for (let request = 0; request < requests; request += 1) {
    until(world.nowMs + everyMs);
    onChoice?.();
    const deployment = firstOf(world, deployments, strategy);
    chosen.push(deployment.account);
    const watch = world.signals.begin(deployment);
    const tokenAtMs = world.nowMs + firstTokenMs(deployment.account);
    const endAtMs = tokenAtMs + 100 * msPerToken(deployment.account);
    due.push({ atMs: tokenAtMs, run: () => watch.firstToken() });
    due.push({ atMs: endAtMs, run: () => watch.end({ kind: 'succeeded', outputTokens: 100 }) });
  }
  // Those that still run end as well.
  until(Math.max(...due.map(({ atMs }) => atMs)));
  return chosen;
}

test('weights 5:3:2 hold within 1 % over 10,000 requests', () => {
  const expected = { a: 0.5, b: 0.3, c: 0.2 };
  for (const strategy of ['weighted', 'random', 'sticky', 'least_connections', 'rate_headroom'] as const) {
    assertShares(sharesOf(manyOf(strategy, weighted(5, 3, 2))), expected);
  }
  assertShares(sharesOf(manyOf('sticky', weighted(5, 3, 2), (index) => `conversation ${index}`)), expected);
});

test('weighted turns are smooth: each ten requests are 5, 3 and 2, and none is a run of five', () => {
  const chosen = manyOf('weighted', weighted(5, 3, 2));
  for (let from = 0; from < REQUESTS; from += 10) {
    assertShares(sharesOf(chosen.slice(from, from + 10)), { a: 0.5, b: 0.3, c: 0.2 });
  }
  assert.doesNotMatch(chosen.join(''), /aaa|bb|cc/);
});

test('round robin gives each its turn, whatever its weight', () => {
  const chosen = manyOf('round_robin', weighted(5, 3, 2, 1)).join('');
  assert.match(chosen, new RegExp(`^(${chosen.slice(0, 4)})+$`));
  assert.equal(new Set(chosen.slice(0, 4)).size, 4);
});

test('round robin is fair also where candidates differ from request to request', () => {
  const world = choosingWorld();
  const [a, b, c] = weighted(1, 1, 1) as [Open, Open, Open];
  // One after another, so that turns which all sets shared would always fall on the same deployments.
  const sets = [
    [a, b, c],
    [a, b],
    [b, c],
    [c, a],
  ];
  const chosen = sets.map((): string[] => []);
  for (let request = 0; request < REQUESTS; request += 1) {
    const set = request % sets.length;
    chosen[set]?.push(firstOf(world, sets[set] ?? [], 'round_robin').account);
  }
  assertShares(sharesOf(chosen[0] ?? []), { a: 1 / 3, b: 1 / 3, c: 1 / 3 });
  assertShares(sharesOf(chosen[1] ?? []), { a: 0.5, b: 0.5 });
  assertShares(sharesOf(chosen[2] ?? []), { b: 0.5, c: 0.5 });
  assertShares(sharesOf(chosen[3] ?? []), { c: 0.5, a: 0.5 });
});

test('priority keeps the order in which candidates are given', () => {
  assertShares(sharesOf(manyOf('priority', weighted(1, 5, 3))), { a: 1 });
});

test('least connections evens out uneven latency: calls in flight stay alike, and the slow gets fewer', () => {
  const world = choosingWorld();
  const deployments = weighted(1, 1, 1);
  const latencyMs = { a: 100, b: 200, c: 600 } as Shares;
  let apartMax = 0;
  const chosen = simulate({
    world,
    deployments,
    strategy: 'least_connections',
    requests: REQUESTS,
    everyMs: 2,
    firstTokenMs: (account) => latencyMs[account] ?? 0,
    onChoice() {
      const inFlight = deployments.map((deployment) => world.signals.of(deployment).inFlight);
      apartMax = Math.max(apartMax, Math.max(...inFlight) - Math.min(...inFlight));
    },
  });
  // The first calls of a burst end together.
  assert.ok(apartMax <= 30, `${apartMax} apart`);
  const shares = sharesOf(chosen.slice(REQUESTS / 2));
  // As fast as each answers: 1/100 : 1/200 : 1/600.
  for (const [account, share] of Object.entries({ a: 0.6, b: 0.3, c: 0.1 })) {
    assert.ok(Math.abs((shares[account] ?? 0) - share) < 0.03, `${account}: ${shares[account]}`);
  }
});

test('lowest cost takes the cheapest, to the last nano-USD, and unknown costs last', () => {
  const world = choosingWorld();
  const costs = ['9007199254740993', '9007199254740992', undefined, '10000000000000000', 'junk'];
  const deployments = costs.map((costNanoUsd, index) => deploymentOf({ account: 'abcde'[index] ?? '', costNanoUsd }));
  const order = world.chooser.choose(deployments, planOf({ strategy: 'lowest_cost' })).map((c) => c.deployment.account);
  assert.deepEqual(order.slice(0, 3), ['b', 'a', 'd']);
  assert.deepEqual(new Set(order.slice(3)), new Set(['c', 'e']));
  assertShares(sharesOf(manyOf('lowest_cost', deployments)), { b: 1 });
});

test('of equal costs, the one with the fewest calls in flight', () => {
  const world = choosingWorld();
  const deployments = ['a', 'b', 'dear'].map((account) =>
    deploymentOf({ account, costNanoUsd: account === 'dear' ? '2' : '1' }),
  );
  const latencyMs = { a: 100, b: 300 } as Shares;
  const simulated = simulate({
    world,
    deployments,
    strategy: 'lowest_cost',
    requests: REQUESTS,
    everyMs: 5,
    firstTokenMs: (account) => latencyMs[account] ?? 0,
  });
  const shares = sharesOf(simulated);
  assert.equal(shares['dear'], undefined);
  assert.ok(Math.abs((shares['a'] ?? 0) - 0.75) < 0.03, JSON.stringify(shares));
});

test('lowest latency finds the fastest, leaves it when it slows down, and comes back when it has recovered', () => {
  const world = choosingWorld();
  const latencyMs = { a: 400, b: 100, c: 1_000 };
  const common = { world, deployments: weighted(1, 1, 1), strategy: 'lowest_latency', everyMs: 20 } as const;
  const run = (requests: number) =>
    simulate({ ...common, requests, firstTokenMs: (account) => latencyMs[account as 'a' | 'b' | 'c'] });
  const before = sharesOf(run(REQUESTS).slice(1_000));
  // Two of three are drawn: the fastest is among them two times in three.
  assert.ok((before['b'] ?? 0) > 0.6, JSON.stringify(before));
  assert.ok((before['c'] ?? 0) < 0.02, JSON.stringify(before));
  latencyMs.b = 5_000;
  const slow = sharesOf(run(REQUESTS).slice(250));
  assert.ok((slow['b'] ?? 0) < 0.02, JSON.stringify(slow));
  assert.ok((slow['a'] ?? 0) > 0.6, JSON.stringify(slow));
  latencyMs.b = 100;
  // Within a minute: 3,000 requests.
  run(3_000);
  const after = sharesOf(run(REQUESTS));
  assert.ok((after['b'] ?? 0) > 0.6, JSON.stringify(after));
});

test('lowest latency counts how fast the tokens come as well as the first', () => {
  const chosen = simulate({
    world: choosingWorld(),
    deployments: weighted(1, 1),
    strategy: 'lowest_latency',
    requests: 2_000,
    everyMs: 50,
    firstTokenMs: (account) => (account === 'a' ? 150 : 250),
    msPerToken: (account) => (account === 'a' ? 40 : 8),
  });
  const shares = sharesOf(chosen.slice(500));
  assert.ok((shares['b'] ?? 0) > 0.9, JSON.stringify(shares));
});

test('a deployment of which nothing is known is tried, and one that hangs is found out before it answers', () => {
  const world = choosingWorld();
  const deployments = weighted(1, 1);
  const run = (requests: number) =>
    simulate({
      world,
      deployments,
      strategy: 'lowest_latency',
      requests,
      everyMs: 10,
      firstTokenMs: (account) => (account === 'a' ? 50 : 3_600_000),
    });
  const chosen = run(2_000);
  assert.ok(chosen.includes('a') && chosen.includes('b'));
  assert.ok((sharesOf(chosen)['b'] ?? 0) < 0.01, JSON.stringify(sharesOf(chosen)));
});

test('the same key has the same place on every router, and one deployment less moves only its own keys', () => {
  const deployments = weighted(1, 1, 1, 2);
  const keyOf = (index: number) => `conversation ${index}`;
  const here = manyOf('sticky', deployments, keyOf, choosingWorld(1));
  // On another router, with candidates in another order.
  assert.deepEqual(manyOf('sticky', deployments.toReversed(), keyOf, choosingWorld(2)), here);
  const without = manyOf('sticky', deployments.slice(1), keyOf);
  for (const [index, account] of here.entries()) {
    if (account !== 'a') assert.equal(without[index], account);
  }
  assertShares(sharesOf(without), { b: 0.25, c: 0.25, d: 0.5 });
});

test('rate headroom leaves the exhausted alone, and keeps others from being exhausted', () => {
  const world = choosingWorld();
  const deployments = weighted(1, 1, 1);
  const limits = { a: 20, b: 200, c: 0 };
  const left = { ...limits };
  let refused = 0;
  const randoms = sameRandoms(3);
  const chosen = Array.from({ length: 180 }, () => {
    const deployment = firstOf(world, deployments, 'rate_headroom');
    const account = deployment.account as 'a' | 'b' | 'c';
    const watch = world.signals.begin(deployment);
    if (left[account] === 0) refused += 1;
    left[account] = Math.max(0, left[account] - 1);
    // Some answers come without their headers.
    if (randoms() < 0.7) {
      const whole = String(Math.max(1, limits[account]));
      watch.head(200, {
        'x-ratelimit-limit-requests': whole,
        'x-ratelimit-remaining-requests': String(left[account]),
        'x-ratelimit-reset-requests': '60s',
      });
    }
    watch.end({ kind: 'succeeded', outputTokens: 1 });
    return account;
  });
  const shares = sharesOf(chosen);
  // Each of the small ones is met once or twice before it tells.
  assert.ok(refused <= 5, `${refused} refused: ${JSON.stringify(shares)}`);
  assert.ok((shares['a'] ?? 0) * 180 <= 20);
  world.nowMs += 60_000;
  const anew = sharesOf(manyOf('rate_headroom', deployments, undefined, world));
  assert.ok((anew['c'] ?? 0) > 0.3, JSON.stringify(anew));
});
