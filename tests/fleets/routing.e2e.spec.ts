import assert from 'node:assert/strict';
import { afterAll, describe, test } from '#testkit/test.ts';
import { gatewayctl, gatewayctlJson } from '../e2e/support/gatewayctl.ts';
import { until } from '../e2e/support/until.ts';
import { answers } from './support/fleet-member.ts';
import { COST_NANO_USD, openFleetWorld, usageOf } from './support/fleet-world.ts';

/** Who gets a request: strategies, rules, accounts, and what a client may choose itself. */
const world = await openFleetWorld();
const { admin } = world.installation;
afterAll(() => world[Symbol.asyncDispose]());

describe('a strategy', () => {
  test('spreads requests by weight, and is changed while they run', async () => {
    const fleet = await world.fleet(3, {
      model: { strategy: 'weighted' },
      provider: (at) => ({ weight: [5, 3, 2][at] ?? 1 }),
    });
    await fleet.load(100, 4);
    assert.deepEqual(fleet.counts(), [50, 30, 20]);
    await world.put(`/admin/models/${fleet.model}`, { strategy: 'priority' });
    await world.installation.settled();
    await fleet.load(10, 2);
    assert.deepEqual(fleet.counts(), [60, 30, 20]);
  });

  test('takes the cheaper one, and what is charged is its price', async () => {
    const fleet = await world.fleet(3, {
      model: { strategy: 'lowest_cost' },
      price: (at) => (at === 1 ? ['0.1', '0.2'] : ['1', '2']),
    });
    await fleet.load(10, 2);
    assert.deepEqual(fleet.counts(), [0, 10, 0]);
    assert.equal(await fleet.charged(), COST_NANO_USD);
  });

  test('is the client’s where it names one, and is on record with who said so and why', async () => {
    const fleet = await world.fleet(2, { price: (at) => (at === 1 ? ['0.1', '0.2'] : ['1', '2']) });
    const told = await fleet.ask({ headers: { 'x-gateway-strategy': 'lowest_cost' } });
    assert.equal(told.provider, fleet.providers[1]);
    const admitted = (await world.log.events('RequestAdmitted')).find(({ data }) => data.requestId === told.requestId);
    assert.deepEqual([admitted?.data.strategy, admitted?.data.strategySource], ['lowest_cost', 'request']);
    const { attempts } = await usageOf(world.log, told.requestId);
    assert.match(attempts[0]?.reason ?? '', /lowest_cost/);
    const odd = await fleet.ask({ headers: { 'x-gateway-strategy': 'best' } });
    assert.equal(odd.status, 400);
    assert.match(odd.text, /x-gateway-strategy/);
  });

  test('keeps a conversation where it is', async () => {
    const fleet = await world.fleet(4, { model: { strategy: 'sticky' } });
    for (const session of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const headers = { 'x-gateway-session-id': session };
      const told = await Promise.all([1, 2, 3].map(() => fleet.ask({ headers })));
      assert.equal(new Set(told.map(({ provider }) => provider)).size, 1);
    }
    assert.ok(fleet.counts().filter((count) => count > 0).length > 1);
  });

  test('evens out the load of a slow one by its connections', async () => {
    const fleet = await world.fleet(2, { model: { strategy: 'least_connections' } });
    fleet.members[0]?.behave(() => ({ kind: 'answer', delayMs: 300 }));
    await fleet.load(60, 6);
    const [slow = 0, quick = 0] = fleet.counts();
    assert.ok(quick > slow * 2, `${slow} and ${quick}`);
  });
});

describe('a route', () => {
  test('sends by tag, header, key and size, the first that fits, and is explained', async () => {
    const fleet = await world.fleet(3);
    const [, second, third] = fleet.providers;
    await world.put(`/admin/routes/${fleet.model}-header`, {
      ...{ order: 1, models: [fleet.model], headers: [{ name: 'x-team', value: 'blue*' }] },
      targets: [{ provider: second, model: fleet.model }],
    });
    await world.put(`/admin/routes/${fleet.model}-long`, {
      ...{ order: 2, models: [fleet.model], prompt_tokens_min: 500 },
      targets: [{ provider: third, model: fleet.model }],
    });
    await world.installation.settled();
    const blue = await fleet.ask({ headers: { 'x-team': 'blue-1' } });
    assert.deepEqual([blue.provider, blue.headers.get('x-gateway-route')], [second, `${fleet.model}-header`]);
    const content = 'long words '.repeat(2_000);
    const long = await fleet.ask({ body: { messages: [{ role: 'user', content }] } });
    assert.equal(long.provider, third);
    assert.equal((await fleet.ask()).provider, fleet.providers[0]);

    interface Explained {
      readonly route_id: string;
      readonly looked_at: readonly { readonly route_id: string; readonly mismatch: string }[];
      readonly candidates: readonly { readonly provider: string }[];
    }
    const explained = await gatewayctlJson<Explained>(world.installation.gateway(), [
      ...['routes', 'explain', '--model', fleet.model, '--prompt-tokens', '900'],
    ]);
    assert.equal(explained.route_id, `${fleet.model}-long`);
    assert.deepEqual(
      explained.candidates.map(({ provider }) => provider),
      [third],
    );
    assert.ok(explained.looked_at.some(({ mismatch }) => mismatch === 'headers'));
    const { stdout, code } = await gatewayctl(world.installation.gateway(), [
      'routes',
      'explain',
      '--model',
      fleet.model,
    ]);
    assert.equal(code, 0);
    assert.ok(stdout.includes(fleet.providers[0] ?? ''));
  });

  test('takes a share of the sessions, always the same', async () => {
    const fleet = await world.fleet(2);
    await world.put(`/admin/routes/${fleet.model}-canary`, {
      ...{ models: [fleet.model], share_percent: '30' },
      targets: [{ provider: fleet.providers[1], model: fleet.model }],
    });
    await world.installation.settled();
    let canaries = 0;
    for (let session = 0; session < 60; session += 1) {
      const headers = { 'x-gateway-session-id': `s-${session}` };
      const [first, again] = [await fleet.ask({ headers }), await fleet.ask({ headers })];
      assert.equal(first.provider, again.provider);
      if (first.provider === fleet.providers[1]) canaries += 1;
    }
    assert.ok(canaries > 5 && canaries < 35, `${canaries} of 60`);
    const { status, document } = await admin.call('PUT', `/admin/routes/${fleet.model}-odd`, {
      body: { models: ['x'], share_percent: 'half' },
    });
    assert.equal(status, 400);
    assert.match(JSON.stringify(document), /share_percent/);
  });

  test('copies requests to a shadow, which the house pays and no client sees', async () => {
    const fleet = await world.fleet(2, { provider: (at) => ({ priority: at }) });
    fleet.members[1]?.behave(() => ({ kind: 'answer', delayMs: 200, text: 'Something else' }));
    await world.put(`/admin/routes/${fleet.model}-shadow`, {
      ...{ models: [fleet.model], targets: [{ provider: fleet.providers[0], model: fleet.model }] },
      shadow: { provider: fleet.providers[1], model: fleet.model },
    });
    await world.installation.settled();
    const told = await fleet.load(10, 2);
    assert.ok(told.every(({ provider }) => provider === fleet.providers[0]));
    assert.equal(await fleet.charged(), 10n * COST_NANO_USD);
    await until('the copies to be in the books', async () => {
      const costs = (await world.log.events('ShadowCostPosted')).filter(
        ({ data }) => data.routeId === `${fleet.model}-shadow`,
      );
      return costs.length === 10 || undefined;
    });
    interface Report {
      readonly comparisons: readonly {
        readonly requests: number;
        readonly same_text: number;
        readonly shadow_cost_usd: string;
      }[];
    }
    const report = await until('the report', async () => {
      const { document } = await admin.call<Report>('GET', `/admin/shadow-report?route_id=${fleet.model}-shadow`);
      return Number(document.comparisons[0]?.requests) === 10 ? document.comparisons[0] : undefined;
    });
    assert.equal(Number(report.same_text), 0);
    assert.equal(Number(report.shadow_cost_usd), Number(10n * COST_NANO_USD) / 1e9);
  });
});

describe('a client', () => {
  test('may name models to stand in, and pays for the one that answered', async () => {
    const fleet = await world.fleet(1);
    const other = await world.fleet(1, { price: () => ['10', '20'] });
    fleet.members[0]?.behave(() => ({ kind: 'status', status: 500 }));
    const told = await fleet.ask({ headers: { 'x-gateway-fallbacks': other.model } });
    assert.deepEqual([told.status, told.provider], [200, other.providers[0]]);
    assert.equal(await fleet.charged(), 10n * COST_NANO_USD);
    const unknown = await fleet.ask({ headers: { 'x-gateway-fallbacks': 'nobody-has-this' } });
    assert.ok(unknown.status === 404 || unknown.status === 400, `${unknown.status}`);
  });

  test('may bound time and retries, and may not where the operator says so', async () => {
    const fleet = await world.fleet(2, { provider: (at) => ({ priority: at }) });
    fleet.members[0]?.behave(() => ({ kind: 'status', status: 500 }));
    const once = await fleet.ask({ headers: { 'x-gateway-retries': '0' } });
    assert.ok(once.status >= 500);
    assert.deepEqual(fleet.counts(), [1, 0]);
    fleet.members[0]?.behave(() => ({ kind: 'hang' }));
    fleet.members[1]?.behave(() => ({ kind: 'hang' }));
    const late = await fleet.ask({ headers: { 'x-gateway-timeout-ms': '500' } });
    assert.equal(late.status, 504);
    assert.ok(late.tookMs < 20_000);
    assert.equal(
      (await admin.call('PATCH', '/admin/settings', { body: { refused_request_options: ['retries'] } })).status,
      200,
    );
    await world.installation.settled();
    const refused = await fleet.ask({ headers: { 'x-gateway-retries': '0' } });
    assert.ok(refused.status === 400 || refused.status === 403, `${refused.status}`);
    assert.match(refused.text, /x-gateway-retries/);
    await admin.call('PATCH', '/admin/settings', { body: { refused_request_options: [] } });
  });

  test('that asks for a region gets a provider of it, or a clear no', async () => {
    const fleet = await world.fleet(3, { provider: (at) => (at === 2 ? { region: 'eu' } : {}) });
    const told = await fleet.ask({ headers: { 'x-gateway-region': 'eu' } });
    assert.equal(told.provider, fleet.providers[2]);
    const none = await fleet.ask({ headers: { 'x-gateway-region': 'mars' } });
    assert.ok(none.status >= 400 && none.status < 500);
    assert.match(none.text, /mars/);
  });
});

describe('a fallback of policy', () => {
  const context = {
    kind: 'status',
    status: 400,
    error: {
      type: 'invalid_request_error',
      code: 'context_length_exceeded',
      message: 'maximum context length is 8192 tokens',
    },
  } as const;
  const content = {
    kind: 'status',
    status: 400,
    error: { type: 'invalid_request_error', code: 'content_filter', message: 'flagged by our content policy' },
  } as const;

  test('with a larger context answers where the prompt is too long, and only there', async () => {
    const large = await world.fleet(1, { contextTokens: 200_000 });
    const fleet = await world.fleet(1, { contextTokens: 8_192, model: { context_window_fallbacks: [large.model] } });
    fleet.members[0]?.behave(() => context);
    assert.equal((await fleet.ask()).provider, large.providers[0]);
    fleet.members[0]?.behave(() => content);
    assert.equal((await fleet.ask()).status, 400);
    fleet.members[0]?.behave(() => ({ kind: 'status', status: 500 }));
    assert.ok((await fleet.ask()).status >= 500);
    assert.deepEqual(large.counts(), [1]);
  });

  test('for refused content answers where it is allowed', async () => {
    const other = await world.fleet(1);
    const fleet = await world.fleet(1, { model: { content_policy_fallbacks: [other.model] } });
    fleet.members[0]?.behave(() => content);
    assert.equal((await fleet.ask()).provider, other.providers[0]);
    const alone = await world.fleet(2);
    for (const member of alone.members) member.behave(() => content);
    assert.equal((await alone.ask()).status, 400);
    assert.equal(alone.counts()[0], 1);
    assert.equal(alone.counts()[1], 0);
  });

  test('never goes from a free model to one that costs', async () => {
    const fleet = await world.fleet(2, {
      provider: (at) => ({ priority: at }),
      price: (at) => (at === 0 ? ['0', '0'] : ['1', '2']),
    });
    fleet.members[0]?.behave(() => ({ kind: 'status', status: 500 }));
    const told = await fleet.ask();
    assert.ok(told.status >= 500);
    assert.deepEqual(fleet.counts()[1], 0);
    assert.equal(await fleet.charged(), 0n);
    await world.put(`/admin/routes/${fleet.model}-paid`, { models: [fleet.model], may_become_paid: true });
    await world.installation.settled();
    assert.equal((await fleet.ask()).provider, fleet.providers[1]);
  });
});

describe('a provider', () => {
  test('with several accounts goes on with another where one has no money, and says so', async () => {
    const fleet = await world.fleet(1, {
      provider: () => ({
        accounts: [
          { id: 'empty', weight: 1, api_key: 'sk-of-empty' },
          { id: 'full', weight: 1, api_key: 'sk-of-full', headers: { 'x-account': 'full' } },
        ],
      }),
    });
    let calls = 0;
    fleet.members[0]?.behave(() => {
      calls += 1;
      return calls === 1 ? { kind: 'status', status: 402 } : { kind: 'answer' };
    });
    const told = await fleet.load(10, 1);
    assert.ok(told.every(({ status }) => status === 200));
    const { attempts } = await usageOf(world.log, told[0]?.requestId ?? '');
    assert.equal(attempts.length, 2);
    assert.notEqual(attempts[0]?.account, attempts[1]?.account);
    assert.equal(attempts[0]?.failure, 'balance');
    const [first, ...others] = (fleet.members[0]?.calls ?? []).map(({ key }) => key);
    assert.equal(first, `Bearer sk-of-${attempts[0]?.account}`);
    assert.deepEqual([...new Set(others)], [`Bearer sk-of-${attempts[1]?.account}`]);
    const { stdout } = await gatewayctl(world.installation.gateway(), ['providers', 'health']);
    assert.ok(stdout.includes(fleet.providers[0] ?? ''));
  });

  test('takes no more at once than its limit, in turn, and all are answered', async () => {
    const fleet = await world.fleet(1, { provider: () => ({ concurrency_max: 2, queue_max: 100 }) });
    fleet.members[0]?.behave(() => ({ kind: 'answer', delayMs: 30 }));
    const told = await fleet.load(30, 10);
    assert.ok(told.every(({ status }) => status === 200));
    assert.ok((fleet.members[0]?.inFlight().most ?? 9) <= 2);
  });

  test('that is drained ends what runs, and gets no more', async () => {
    const fleet = await world.fleet(2, { provider: (at) => ({ priority: at }) });
    fleet.members[0]?.behave(() => ({ kind: 'answer', pieceMs: 200 }));
    const running = fleet.ask({ stream: true });
    await until('the call', async () => fleet.counts()[0] === 1 || undefined);
    await fleet.change(0, { status: 'draining' });
    await world.installation.settled();
    const told = await fleet.load(5, 2);
    assert.ok(told.every(({ provider }) => provider === fleet.providers[1]));
    assert.equal((await running).isWhole, true);
    await fleet.change(1, { status: 'draining' });
    await world.installation.settled();
    assert.equal((await fleet.ask()).status, 503);
  });

  test('that is slow to begin is raced by another where the route says so, and one answer is paid for', async () => {
    const fleet = await world.fleet(2, { provider: (at) => ({ priority: at }) });
    await world.put(`/admin/routes/${fleet.model}-hedge`, { models: [fleet.model], hedge_after_ms: 100 });
    await world.installation.settled();
    fleet.members[0]?.behave(() => ({ kind: 'hang' }));
    const told = await fleet.ask({ stream: true });
    assert.deepEqual([told.provider, told.isWhole], [fleet.providers[1], true]);
    assert.equal(await fleet.charged(), COST_NANO_USD);
    const { attempts } = await usageOf(world.log, told.requestId);
    assert.equal(attempts.length, 2);
    assert.ok(attempts.some(({ isHedge }) => isHedge));
  });

  test('is asked by a probe, and its state is told', async () => {
    const fleet = await world.fleet(1, { provider: () => ({ probe_interval_seconds: 1 }) });
    interface Health {
      readonly providers: readonly {
        readonly id: string;
        readonly state: string;
        readonly reason: string;
        readonly probed_at: string;
      }[];
    }
    const health = async () => {
      const { document } = await admin.call<Health>('GET', '/admin/provider-health');
      return document.providers.find(({ id }) => id === fleet.providers[0]);
    };
    await until('the probe', async () => ((await health())?.probed_at ?? '') !== '' || undefined);
    await fleet.members[0]?.goAway();
    const down = await until('the bad state', async () => {
      const now = await health();
      return now?.state !== 'closed' ? now : undefined;
    });
    assert.notEqual(down.reason, '');
    await fleet.members[0]?.comeBack();
    fleet.members[0]?.behave(answers);
    await until('the good state', async () => (await health())?.state === 'closed' || undefined, 60_000);
    assert.equal(fleet.counts()[0], 0);
  });

  test('at a private address is not called where the operator does not allow it', async () => {
    const fleet = await world.fleet(1);
    await fleet.change(0, { base_url: 'http://10.1.2.3/v1' });
    await world.installation.settled();
    const told = await fleet.ask();
    assert.ok(told.status >= 500);
    assert.doesNotMatch(told.text, /10\.1\.2\.3/);
    const { stdout } = await gatewayctl(world.installation.gateway(), ['providers', 'health']);
    assert.match(stdout, /GATEWAY_PRIVATE_PROVIDERS/);
  });
});
