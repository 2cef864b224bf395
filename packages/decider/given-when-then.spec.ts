import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { accept, type Decider, refuse } from './decider.ts';
import { given } from './given-when-then.ts';

interface Counted {
  readonly by: number;
}

/** Counts up to ten. */
const counter: Decider<Counted, Counted, number, { code: string; message: string }> = {
  initial: () => 0,
  decide: ({ by }, count) => (count + by > 10 ? refuse({ code: 'full', message: 'ten is all' }) : accept({ by })),
  evolve: (count, { by }) => {
    if (by < 0) throw new Error('counted down');
    return count + by;
  },
};

test('a specification holds for the decision it names', () => {
  given(counter, [{ by: 4 }, { by: 4 }])
    .when({ by: 2 })
    .then([{ by: 2 }]);
  given(counter, [{ by: 4 }, { by: 4 }])
    .when({ by: 3 })
    .thenRefused('full');
});

test('a specification fails for another decision', () => {
  const full = given(counter, [{ by: 10 }]).when({ by: 1 });
  assert.throws(() => full.then([{ by: 1 }]), /refused: full: ten is all/);
  assert.throws(() => full.thenRefused('empty'));
  const fine = given(counter, []).when({ by: 1 });
  assert.throws(() => fine.then([]));
  assert.throws(() => fine.thenRefused('full'), /accepted/);
});

test('a specification fails where the decided events do not fold', () => {
  assert.throws(
    () =>
      given(counter, [])
        .when({ by: -1 })
        .then([{ by: -1 }]),
    /counted down/,
  );
});
