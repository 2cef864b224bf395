import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isUnit, unitNames, units } from '#ai/units.ts';
import { answerTokensOf, promptTokensOf } from '#ai/usage.ts';
import { costBound } from '#money/cost-bound.ts';
import { rateLines } from '#money/rate.ts';
import { admitted, used } from '#testkit/events.ts';
import { examplePrice } from '#testkit/example-price.ts';
import { anyMultiplier, anyPrice, anyUsage, SERVICE_TIERS } from '#testkit/money-arbitraries.ts';
import { test } from '#testkit/test.ts';
import { decideCharge } from './decide-charge.ts';

const anyCase = fc.record({
  tokens: anyUsage(),
  prices: anyPrice(),
  serviceTier: fc.constantFrom('', ...SERVICE_TIERS),
  multiplierBasisPoints: anyMultiplier(),
  hold: fc.bigInt({ min: 0n, max: 2_000_000_000n }),
});

function chargeOf({
  tokens,
  prices,
  serviceTier,
  multiplierBasisPoints,
  hold,
}: typeof anyCase extends fc.Arbitrary<infer T> ? T : never) {
  const decision = decideCharge({
    admission: admitted({ requestId: 'r1', multiplierBasisPoints, holdNanoUsd: hold }).data,
    usage: used({ requestId: 'r1', usage: tokens, serviceTier }).data,
    findPrice: (key, version) => ({ ...examplePrice(key, version, 0n, 0n), ...prices }),
    readKeys: new Set(),
    postedAtMs: 1,
  });
  assert.ok(decision.kind === 'charge');
  return decision.charge;
}

test('every charge is balanced, within its hold, and reproduced by its own lines', () => {
  fc.assert(
    fc.property(anyCase, (example) => {
      const charge = chargeOf(example);
      const amount = BigInt(charge.amountNanoUsd);
      const overrun = BigInt(charge.overrunNanoUsd);
      const sum = charge.postings.reduce((total, line) => total + BigInt(line.amountNanoUsd), 0n);
      assert.equal(sum, 0n);
      assert.ok(amount >= 0n && amount <= BigInt(charge.holdNanoUsd));
      assert.ok(overrun === 0n || (overrun > 0n && amount === BigInt(charge.holdNanoUsd)));
      const lines = charge.lines.map((line) => ({ quantity: line.quantity, pricePicoUsd: BigInt(line.pricePicoUsd) }));
      assert.equal(rateLines(lines, charge.multiplierBasisPoints), amount + overrun);
    }),
  );
});

test('a usage within the bounds its hold was made for never overruns it', () => {
  fc.assert(
    fc.property(anyCase, (example) => {
      const { tokens, prices, serviceTier, multiplierBasisPoints } = example;
      const hold = costBound({
        promptTokensBound: promptTokensOf(tokens),
        outputTokensBound: answerTokensOf(tokens),
        otherUnits: unitNames.filter((unit) => units[unit].side !== 'count'),
        counts: Object.fromEntries(
          Object.entries(tokens).filter(([unit]) => isUnit(unit) && units[unit].side === 'count'),
        ),
        serviceTier,
        price: prices,
        multiplierBasisPoints,
      });
      assert.equal(chargeOf({ ...example, hold }).overrunNanoUsd, '0');
    }),
  );
});
