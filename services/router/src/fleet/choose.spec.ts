import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Strategy, strategies } from '#contracts/routing.ts';
import { test } from '#testkit/test.ts';
import type { Deployment } from './deployment.ts';
import { choosingWorld, closedDeploymentOf, deploymentOf, planOf } from './testing.ts';

const accountsOf = (choices: readonly { readonly deployment: Deployment }[]) =>
  choices.map(({ deployment }) => deployment.account);
const inTiers = (...tiers: readonly number[]) =>
  tiers.map((tier, index) => deploymentOf({ account: `${index}`, tier }));

test('the order is by stage, then kept away or not, then tier, and what cannot be called is last of all', () => {
  const { chooser, keptAway } = choosingWorld();
  const deployments = [
    closedDeploymentOf({ account: 'closed' }),
    deploymentOf({ account: 'stage 1', stage: 1 }),
    deploymentOf({ account: 'tier 1', tier: 1 }),
    deploymentOf({ account: 'open breaker' }),
    deploymentOf({ account: 'first' }),
  ];
  const broken = deployments[3];
  if (broken) keptAway.set(broken, 'its breaker is open');
  for (const strategy of strategies) {
    const choices = chooser.choose(deployments, planOf({ strategy }));
    assert.deepEqual(accountsOf(choices), ['first', 'tier 1', 'open breaker', 'stage 1', 'closed'], strategy);
    assert.match(choices[2]?.reason ?? '', new RegExp(`^kept away: its breaker is open; ${strategy}: `));
    assert.match(choices[4]?.reason ?? '', /^kept away: cannot be called; /);
  }
});

test('an order is a permutation: nothing is lost, whatever is known', () => {
  const like = fc.record({
    stage: fc.nat(2),
    tier: fc.nat(3),
    weight: fc.integer({ min: 1, max: 1_000_000 }),
    costNanoUsd: fc.option(fc.nat().map(String), { nil: undefined }),
    isOpen: fc.boolean(),
    isKeptAway: fc.boolean(),
    inFlight: fc.nat(5),
    left: fc.option(fc.nat(10), { nil: undefined }),
  });
  fc.assert(
    fc.property(
      fc.array(like, { maxLength: 60 }),
      fc.constantFrom(...strategies),
      fc.string(),
      (likes, strategy, key) => {
        const { chooser, keptAway, signals } = choosingWorld();
        const deployments = likes.map(({ isOpen, isKeptAway, inFlight, left, ...rest }, index): Deployment => {
          if (!isOpen) return closedDeploymentOf({ ...rest, account: `${index}` });
          const deployment = deploymentOf({ ...rest, account: `${index}` });
          if (isKeptAway) keptAway.set(deployment, 'its breaker is open');
          const headers = { 'x-ratelimit-limit-requests': '10', 'x-ratelimit-remaining-requests': `${left}` };
          for (let call = 0; call < inFlight; call += 1) signals.begin(deployment).head(200, headers);
          return deployment;
        });
        const plan = planOf({ strategy, stickyKey: key });
        const choices = chooser.choose(deployments, plan).map(({ deployment }) => deployment);
        assert.equal(choices.length, deployments.length);
        assert.deepEqual(new Set(choices), new Set(deployments));
        const ranks = choices.map(({ open, stage, tier }) => [Number(open === null), stage, tier]);
        assert.deepEqual(
          ranks.map(([isClosed = 0, stage = 0]) => isClosed * 10 + stage),
          ranks.map(([c = 0, s = 0]) => c * 10 + s).toSorted((a, b) => a - b),
        );
      },
    ),
    { numRuns: 300 },
  );
});

test('explaining takes no turn, and says what the next choice is', () => {
  const { chooser } = choosingWorld();
  const deployments = inTiers(0, 0, 0);
  for (const strategy of ['round_robin', 'weighted'] as const) {
    for (let turn = 0; turn < 7; turn += 1) {
      const explained = accountsOf(chooser.explain(deployments, planOf({ strategy })));
      assert.deepEqual(accountsOf(chooser.explain(deployments, planOf({ strategy }))), explained);
      assert.deepEqual(accountsOf(chooser.choose(deployments, planOf({ strategy }))), explained);
    }
  }
});

test('a reason names the strategy, what it went by, and the place', () => {
  const { chooser, signals } = choosingWorld();
  const cheap = deploymentOf({ account: 'cheap', costNanoUsd: '12000', weight: 3 });
  const dear = deploymentOf({ account: 'dear', costNanoUsd: '1000000000' });
  signals.begin(cheap);
  const reasonOf = (strategy: Strategy, account: string) =>
    chooser.choose([dear, cheap], planOf({ strategy })).find(({ deployment }) => deployment.account === account)
      ?.reason;
  assert.equal(reasonOf('lowest_cost', 'cheap'), 'lowest_cost: 0.000012 USD, 1 of 2');
  assert.equal(reasonOf('lowest_cost', 'dear'), 'lowest_cost: 1.00 USD, 2 of 2');
  assert.equal(reasonOf('priority', 'dear'), 'priority: 1 of 2');
  assert.equal(reasonOf('least_connections', 'cheap'), 'least_connections: 1 in flight, 2 of 2');
  assert.match(reasonOf('weighted', 'cheap') ?? '', /^weighted: weight 3, [12] of 2$/);
  assert.match(reasonOf('lowest_latency', 'dear') ?? '', /^lowest_latency: not known yet, [12] of 2$/);
  assert.match(reasonOf('rate_headroom', 'dear') ?? '', /^rate_headroom: 100 % left, [12] of 2$/);
});

test('a reason tells of the moment of choosing', () => {
  const { chooser, signals } = choosingWorld();
  const only = deploymentOf({});
  const [choice] = chooser.choose([only], planOf({ strategy: 'least_connections' }));
  signals.begin(only);
  assert.equal(choice?.reason, 'least_connections: 0 in flight, 1 of 1');
});

test('a conversation that has to stay where it is does so whatever the strategy is', () => {
  const { chooser } = choosingWorld();
  const deployments = inTiers(0, 0, 0, 0);
  const firstOf = (strategy: Strategy, conversation: number) => {
    const plan = planOf({ strategy, stickyKey: `conversation ${conversation}`, mustStick: true });
    return chooser.choose(deployments, plan)[0]?.deployment;
  };
  for (const strategy of strategies) {
    for (let conversation = 0; conversation < 20; conversation += 1) {
      const first = firstOf(strategy, conversation);
      for (let turn = 0; turn < 5; turn += 1) assert.equal(firstOf(strategy, conversation), first, strategy);
      // In its own order, and not by the key.
      if (strategy === 'priority') assert.equal(first, deployments[0]);
    }
  }
});

test('the account that made sealed thoughts comes before the others of its stage, unless it is kept away', () => {
  const { chooser, keptAway } = choosingWorld();
  const maker = deploymentOf({ account: 'maker', tier: 1 });
  const deployments = [
    deploymentOf({ account: 'first' }),
    maker,
    deploymentOf({ account: 'maker', stage: 1 }),
    deploymentOf({ account: 'other', stage: 1 }),
  ];
  const isMaker = ({ account }: Deployment) => account === 'maker';
  for (const strategy of strategies) {
    const choices = chooser.choose(deployments, planOf({ strategy }), isMaker);
    assert.deepEqual(accountsOf(choices), ['maker', 'first', 'maker', 'other'], strategy);
    assert.match(choices[0]?.reason ?? '', /^made the sealed thoughts; /);
    assert.doesNotMatch(choices[1]?.reason ?? '', /sealed/);
  }
  keptAway.set(maker, 'its last calls have failed');
  assert.deepEqual(accountsOf(chooser.choose(deployments, planOf({}), isMaker)), ['first', 'maker', 'maker', 'other']);
});
