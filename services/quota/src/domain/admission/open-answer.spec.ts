import assert from 'node:assert/strict';
import { charged, used } from '#testkit/events.ts';
import { describe, test } from '#testkit/test.ts';
import { accepted, refused, worldOf } from '../../memory/testing.ts';
import { admit, decide, limit, NOW, request, world } from './testing.ts';

describe('an answer that is left open', () => {
  const open = request({ outputTokensRequested: 0, promptTokensBound: 0, promptTokensEstimate: 0 });

  test('is fitted to the hard limits of tokens and cost as to the balance, by powers of two', () => {
    for (const [fields, expected] of [
      [{ unit: 'output_tokens', kind: 'hard', amount: '5000' }, 4_096],
      [{ unit: 'tokens', kind: 'hard', amount: '300' }, 256],
      [{ unit: 'cost', amount: '0.000001' }, 512],
      [{ unit: 'cost', amount: '1' }, 16_384],
      [{ subject: { kind: 'provider', id: 'q' }, unit: 'output_tokens', kind: 'hard', amount: '1024' }, 1_024],
    ] as const) {
      assert.equal(accepted(decide([limit(fields)], open)).outputTokensMax, expected, JSON.stringify(fields));
    }
    assert.equal(
      refused(decide([limit({ unit: 'output_tokens', kind: 'hard', amount: '255' })], open)).refusal.code,
      'quota_exceeded',
    );
  });

  test('is guessed to fit a small rate that nothing is used of, so that there is an answer to learn from', () => {
    const rate = (amount: string) => limit({ unit: 'tokens', amount });
    const prompt = { ...open, promptTokensBound: 200, promptTokensEstimate: 50 };
    assert.equal(accepted(decide([rate('100')], prompt)).reservations[0]?.amount, 100n);
    assert.equal(decide([rate('49')], prompt).kind, 'refused', 'the prompt alone does not fit');
    assert.equal(decide([rate('100')], { ...prompt, outputTokensRequested: 256 }).kind, 'refused', 'no guess');
    const decisions = worldOf([...world, rate('200')]);
    const { holdNanoUsd } = admit(decisions, 'a', {
      outputTokensRequested: 0,
      promptTokensBound: 0,
      promptTokensEstimate: 0,
    });
    assert.equal(decisions.decide(open, NOW).kind, 'refused');
    const told = { requestId: 'a', userId: 'u', keyId: 'k', holdNanoUsd, priceKey: 'c/m' };
    const charge = charged({ ...told, amountNanoUsd: 20n });
    const lines = [{ unit: 'output', quantity: 20, pricePicoUsd: '1000' }];
    decisions.take(used(told), { ...charge, data: { ...charge.data, lines } });
    assert.equal(accepted(decisions.decide(open, NOW)).reservations[0]?.amount, 138n, 'halfway from 256');
  });

  test('is taken for what this key and model usually answer, where a rate counts it', () => {
    const decisions = worldOf([...world, limit({ unit: 'output_tokens', amount: '1000000' })]);
    assert.equal(accepted(decisions.decide(open, NOW)).reservations[0]?.amount, 256n);
    for (let answered = 0; answered < 30; answered += 1) {
      const requestId = `r${answered}`;
      const { holdNanoUsd } = admit(decisions, requestId, { outputTokensRequested: 2_000 });
      const told = { requestId, userId: 'u', keyId: 'k', holdNanoUsd, priceKey: 'c/m' };
      const charge = charged({ ...told, amountNanoUsd: 1_000n });
      const lines = [{ unit: 'output', quantity: 1_000, pricePicoUsd: '1000' }];
      decisions.take(used(told), { ...charge, data: { ...charge.data, lines } });
    }
    const learned = accepted(decisions.decide(open, NOW)).reservations[0]?.amount ?? 0n;
    assert.ok(learned > 950n && learned <= 1_000n, String(learned));
    const other = accepted(decisions.decide({ ...open, keyId: '' }, NOW));
    assert.equal(other.reservations[0]?.amount, 256n);
  });
});
