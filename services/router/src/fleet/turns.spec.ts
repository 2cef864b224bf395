import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import type { Contender } from '../domain/strategy/contender.ts';
import { hashOf } from '../domain/strategy/hash.ts';
import { createTurns, type Turns } from './turns.ts';

const turnsOf = (turns: Turns, salt: number, ...names: readonly string[]): number[] => {
  const set = names.map((name) => ({ mark: hashOf(name) }) as Contender);
  return turns.of(
    set,
    set.map(() => 1),
    salt,
  );
};

test('a set has its own turns, whichever array it comes in', () => {
  const turns = createTurns({ seed: 7 });
  const set = turnsOf(turns, 0, 'a', 'b');
  assert.equal(turnsOf(turns, 0, 'a', 'b'), set);
  assert.notEqual(turnsOf(turns, 0, 'b', 'c'), set);
  assert.notEqual(turnsOf(turns, 0, 'a', 'b', 'c'), set);
  assert.notEqual(turnsOf(turns, 1, 'a', 'b'), set);
});

test('routers begin at different turns', () => {
  const first = Array.from({ length: 40 }, (_, seed) => turnsOf(createTurns({ seed }), 0, 'a', 'b', 'c', 'd').join());
  assert.equal(new Set(first).size, 4);
});

test('beyond its bound the oldest set is forgotten', () => {
  const turns = createTurns({ seed: 7, setsMax: 2 });
  const [a, b] = [turnsOf(turns, 0, 'a'), turnsOf(turns, 0, 'b')];
  turnsOf(turns, 0, 'c');
  assert.equal(turnsOf(turns, 0, 'b'), b);
  assert.notEqual(turnsOf(turns, 0, 'a'), a);
});
