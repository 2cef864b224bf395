import assert from 'node:assert/strict';
import { charged, keyCreated, pricePublished, used } from '#testkit/events.ts';
import { resourceRemoved } from '#testkit/policy-events.ts';
import { describe, test } from '#testkit/test.ts';
import { accepted, refused, worldOf } from '../../memory/testing.ts';
import { admit, decide, limit, NOW, request, world } from './testing.ts';

describe('a limit', () => {
  test('is on the gateway, an organisation, a team, a user, a key, a tag of any of them, or a provider', () => {
    const subjects = [
      'gateway',
      'organisation o',
      'team t',
      'user u',
      'key k',
      'tag o-tag',
      'tag t-tag',
      'tag u-tag',
      'tag k-tag',
    ];
    for (const subject of subjects) {
      const [kind = '', id = ''] = subject.split(' ');
      const { refusal } = refused(decide([limit({ id: 'mine', subject: { kind, id } })]));
      assert.equal(refusal.code, 'quota_exceeded', subject);
      assert.match(refusal.message, /^The limit mine allows 0 requests a day/);
    }
    for (const subject of ['organisation x', 'team x', 'user x', 'key x', 'tag x', 'provider x']) {
      const [kind = '', id = ''] = subject.split(' ');
      assert.equal(decide([limit({ subject: { kind, id } })]).kind, 'accepted', subject);
    }
  });

  test('counts the models that its pattern fits, as the client named them', () => {
    assert.equal(decide([limit({ models: 'gpt-*' })]).kind, 'refused');
    assert.equal(decide([limit({ models: 'claude-*' })]).kind, 'accepted');
    assert.equal(decide([limit({ models: 'm' })]).kind, 'accepted');
  });

  test('holds no more once it is removed, and as it was last set', () => {
    assert.equal(decide([limit({}), limit({ amount: '1' })]).kind, 'accepted');
    assert.equal(decide([limit({}), resourceRemoved('limit', 'l')]).kind, 'accepted');
    assert.equal(decide([limit({}), limit({ subject: { kind: 'user', id: 'x' } })]).kind, 'accepted');
  });

  test('sets aside, of a hard one the bound and of a rate the estimate, in the window of the moment', () => {
    const limits = [
      limit({ id: 'input', unit: 'input_tokens', kind: 'hard', amount: '1000' }),
      limit({ id: 'output', unit: 'output_tokens', kind: 'hard', amount: '100', period: 'ever' }),
      limit({ id: 'both', unit: 'tokens', kind: 'hard', amount: '1100', period: 'hour' }),
      limit({ id: 'rate', unit: 'tokens', amount: '350', period: 'minute' }),
      limit({ id: 'cost', unit: 'cost', amount: '0.0000001', period: 'month' }),
      limit({ id: 'soft', unit: 'output_tokens', kind: 'soft', amount: '0' }),
    ];
    const { reservations } = accepted(decide(limits));
    assert.deepEqual(
      reservations.map(({ limitId, kind, amount }) => [limitId, kind, amount]),
      [
        ['input', 'hard', 1_000n],
        ['output', 'hard', 100n],
        ['both', 'hard', 1_100n],
        ['rate', 'rate', 350n],
        ['cost', 'hard', 100n],
        ['soft', 'soft', 100n],
      ],
    );
    for (const changed of [
      limit({ id: 'input', unit: 'input_tokens', kind: 'hard', amount: '999' }),
      limit({ id: 'both', unit: 'tokens', kind: 'hard', amount: '1099' }),
      limit({ id: 'rate', unit: 'tokens', amount: '349', period: 'minute' }),
      limit({ id: 'cost', unit: 'cost', amount: '0.000000099', period: 'month' }),
    ]) {
      const { refusal } = refused(decide([...limits, changed]));
      assert.match(
        refusal.message,
        new RegExp(`^The limit ${changed.type === 'ResourceSet' && changed.data.resource?.limit?.id} `),
      );
    }
  });

  test('of a day begins at the midnight of the organisation, and that of the gateway at UTC’s', () => {
    const own = limit({ id: 'own', subject: { kind: 'user', id: 'u' }, amount: '5' });
    const { reservations } = accepted(decide([own, limit({ id: 'all', amount: '5' })]));
    assert.deepEqual(
      reservations.map(({ limitId, startMs }) => [limitId, new Date(startMs).toISOString()]),
      [
        ['all', '2024-06-12T00:00:00.000Z'],
        ['own', '2024-06-12T22:00:00.000Z'],
      ],
    );
  });

  test('that is raised allows more until the raise ends', () => {
    const raised = limit({ raisedAmount: '1', raisedUntil: new Date(NOW + 1_000).toISOString() });
    assert.equal(decide([raised]).kind, 'accepted');
    assert.equal(decide([raised], request(), NOW + 1_000).kind, 'refused');
  });

  test('begins anew where it begins to count something else', () => {
    const decisions = worldOf([...world, limit({ amount: '1' })]);
    admit(decisions, 'a');
    assert.equal(decisions.decide(request(), NOW).kind, 'refused');
    decisions.take(limit({ amount: '1', models: 'gpt-*', generation: 2 }));
    assert.equal(decisions.decide(request(), NOW).kind, 'accepted');
  });

  test('gets back what a charge did not use, at once, and keeps the request', () => {
    const rate = limit({ id: 'rate', unit: 'tokens', amount: '350' });
    const decisions = worldOf([...world, rate, limit({ amount: '2' })]);
    const { holdNanoUsd } = admit(decisions, 'a');
    assert.equal(decisions.decide(request(), NOW).kind, 'refused');
    const told = { requestId: 'a', userId: 'u', holdNanoUsd };
    const charge = charged({ ...told, amountNanoUsd: 40n });
    const lines = [
      { unit: 'cached_input', quantity: 7, pricePicoUsd: '0' },
      { unit: 'output', quantity: 30, pricePicoUsd: '1000' },
      { unit: 'reasoning', quantity: 10, pricePicoUsd: '1000' },
    ];
    decisions.take(used(told), { ...charge, data: { ...charge.data, lines } });
    assert.deepEqual(decisions.live.counters.get('rate')?.current.used, 47n);
    const cheap = { promptTokensBound: 0, promptTokensEstimate: 0, outputTokensRequested: 303 };
    assert.equal(decisions.decide(request({ ...cheap, outputTokensRequested: 304 }), NOW).kind, 'refused');
    admit(decisions, 'b', { ...cheap, outputTokensRequested: 100 });
    const { refusal } = refused(decisions.decide(request(cheap), NOW));
    assert.match(refusal.message, /limit rate allows 350 tokens a day: 203 tokens left/);
    const small = refused(decisions.decide(request({ ...cheap, outputTokensRequested: 1 }), NOW));
    assert.match(small.refusal.message, /limit l allows 2 requests a day/);
  });
});

describe('a refusal of a limit', () => {
  test('names the limit, what is left, what is needed and when it starts anew', () => {
    const decisions = worldOf([...world, limit({ unit: 'output_tokens', kind: 'hard', amount: '150' })]);
    admit(decisions, 'a');
    const { refusal, isHeldUp } = refused(decisions.decide(request(), NOW));
    assert.deepEqual(refusal, {
      code: 'quota_exceeded',
      message:
        'The limit l allows 150 output tokens a day: 50 output tokens left, and this request needs 100 output tokens. The limit starts anew in 90 min.',
      retryAfterMs: 90 * 60_000,
    });
    assert.equal(isHeldUp, true, 'what is set aside may come back');
  });

  test('says what to do where waiting does not help', () => {
    const ever = refused(decide([limit({ period: 'ever', unit: 'cost', amount: '0' })])).refusal;
    assert.match(
      ever.message,
      /allows 0.00 USD: 0.00 USD left, .* Ask for fewer tokens, or ask the .* administrator to raise/,
    );
    assert.equal(ever.retryAfterMs, undefined);
    const decisions = worldOf([...world, limit({ period: 'ever', amount: '1' })]);
    admit(decisions, 'a');
    const usedUp = refused(decisions.decide(request(), NOW)).refusal;
    assert.match(usedUp.message, /1 request: 0 requests left, .* Ask the gateway's administrator to raise the limit/);
  });

  test('is of the limit that starts anew last, since a try before would be in vain', () => {
    const both = [
      limit({ id: 'minute', period: 'minute', amount: '1' }),
      limit({ id: 'week', period: 'week', amount: '1' }),
    ];
    const decisions = worldOf([...world, ...both]);
    admit(decisions, 'a');
    assert.match(refused(decisions.decide(request(), NOW)).refusal.message, /^The limit week .* in 5 days/);
  });
});

describe("a provider's limit", () => {
  const exhausted = limit({ id: 'p', subject: { kind: 'provider', id: 'p' } });

  test('takes its candidates away, and refuses only where none is left', () => {
    const { candidates, reservations } = accepted(decide([exhausted]));
    assert.deepEqual(
      candidates.map(({ provider }) => provider),
      ['q'],
    );
    assert.deepEqual(reservations, []);
    const other = limit({ id: 'q', subject: { kind: 'provider', id: 'q' }, period: 'hour' });
    const { refusal } = refused(decide([exhausted, other]));
    assert.match(refusal.message, /^The limit q allows 0 requests an hour/, 'the one that starts anew first');
  });

  test('is held to what the request can cost there, whatever it costs elsewhere', () => {
    const cost = limit({ id: 'p', subject: { kind: 'provider', id: 'p' }, unit: 'cost', amount: '0.00000015' });
    const candidates = [
      { provider: 'p', model: 'm', priceKey: 'c/m' },
      { provider: 'q', model: 'm', priceKey: 'c/dear' },
    ];
    const dear = pricePublished('c/dear', { outputPicoUsd: 9_000 });
    const placed = accepted(decide([cost, dear], request({ candidates })));
    assert.equal(placed.candidates.length, 2);
    assert.deepEqual([placed.holdNanoUsd, placed.reservations[0]?.amount], [900n, 100n]);
    const open = accepted(
      decide(
        [cost, dear],
        request({ candidates, outputTokensRequested: 0, promptTokensBound: 0, promptTokensEstimate: 0 }),
      ),
    );
    assert.deepEqual(
      open.candidates.map(({ provider }) => provider),
      ['q'],
      'p cannot give 256',
    );
  });

  test('counts where the provider answers, and is free again where another did', () => {
    const decisions = worldOf([...world, limit({ id: 'p', subject: { kind: 'provider', id: 'p' }, amount: '2' })]);
    for (const [requestId, provider] of [
      ['a', 'q'],
      ['b', 'p'],
    ] as const) {
      const { holdNanoUsd } = admit(decisions, requestId);
      const told = { requestId, userId: 'u', holdNanoUsd };
      decisions.take(used(told), charged({ ...told, amountNanoUsd: 1n, provider }));
    }
    assert.deepEqual(decisions.live.counters.get('p')?.current, {
      generation: 1,
      startMs: Date.parse('2024-06-12'),
      used: 1n,
      held: 0n,
    });
  });
});

describe('what clients are told of limits', () => {
  test('is the tightest of each unit, as it is after the request', () => {
    const { windows } = accepted(
      decide([
        limit({ id: 'a', amount: '10' }),
        limit({ id: 'b', amount: '5', period: 'hour' }),
        limit({ id: 'c', unit: 'tokens', amount: '400', period: 'minute' }),
        limit({ id: 'd', unit: 'output_tokens', amount: '400', period: 'month' }),
        limit({ id: 'e', unit: 'tokens', amount: '351', period: 'ever' }),
        limit({ id: 'f', unit: 'tokens', amount: '1', kind: 'soft' }),
        limit({ id: 'g', unit: 'cost', amount: '1' }),
      ]),
    );
    assert.deepEqual(windows, [
      { unit: 'requests', limit: 5, remaining: 4, resetMs: 30 * 60_000 },
      { unit: 'tokens', limit: 400, remaining: 50, resetMs: 60_000 },
    ]);
  });
});

test('a caller without a key is held to the limits of the user, and to no key’s', () => {
  const events = [...world, keyCreated({ keyId: 'other', userId: 'u' }), limit({ subject: { kind: 'key', id: 'k' } })];
  assert.equal(worldOf(events).decide(request({ keyId: '' }), NOW).kind, 'accepted');
  assert.equal(worldOf(events).decide(request({ keyId: 'other' }), NOW).kind, 'accepted');
  assert.equal(worldOf(events).decide(request(), NOW).kind, 'refused');
});
