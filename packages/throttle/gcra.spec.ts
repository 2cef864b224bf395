import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from '#testkit/test.ts';
import { emissionUs, gcra } from './gcra.ts';

test('a limit that is raised holds from then on, whatever the lower one has counted', () => {
  const nowUs = 1_000_000_000;
  const { arrivalUs } = gcra(0, nowUs, { requestsPerMinute: 0.01, burst: 1 });
  const raised = { requestsPerMinute: 60, burst: 3 };
  const refused = gcra(arrivalUs, nowUs, raised);
  assert.equal(refused.retryAfterUs, emissionUs(raised));
  assert.ok(gcra(refused.countedUs, nowUs + emissionUs(raised), raised).isAllowed);
});

test('so many at once, then one each step, and never more than rate and burst allow', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.integer({ min: 1, max: 50 }),
      fc.array(fc.nat(10_000_000), { maxLength: 200 }),
      (requestsPerMinute, burst, waits) => {
        const limit = { requestsPerMinute, burst };
        let arrivalUs = 0;
        let nowUs = 1_000_000_000;
        const startUs = nowUs;
        let count = 0;
        for (const wait of waits) {
          nowUs += wait;
          const step = gcra(arrivalUs, nowUs, limit);
          assert.equal(step.isAllowed, step.retryAfterUs === 0);
          if (step.isAllowed) {
            arrivalUs = step.arrivalUs;
            count += 1;
          } else {
            assert.ok(gcra(arrivalUs, nowUs + step.retryAfterUs, limit).isAllowed, 'then it is allowed');
            assert.ok(!gcra(arrivalUs, nowUs + step.retryAfterUs - 1, limit).isAllowed, 'and not before');
          }
          assert.ok(count <= burst + Math.floor((nowUs - startUs) / emissionUs(limit)));
        }
      },
    ),
  );
});
