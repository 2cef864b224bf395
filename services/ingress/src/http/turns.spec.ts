import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { createTurns } from './turns.ts';

test('each caller gets a turn of its own, in the order of the calls', async () => {
  const ownTurn = createTurns();
  let turn = 0;
  let isOver = false;
  const count = (): void => {
    turn++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const turns = await Promise.all(Array.from({ length: 5 }, () => ownTurn().then(() => turn)));
  isOver = true;
  assert.equal(new Set(turns).size, 5);
  assert.deepEqual(
    turns,
    [...turns].sort((a, b) => a - b),
  );
});
