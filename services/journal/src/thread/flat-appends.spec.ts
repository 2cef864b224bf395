import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import type { SerializedAppend } from '../writer/serialized-append.ts';
import { flatten, unflatten } from './flat-appends.ts';

const append = (id: number, bodies: readonly string[]): SerializedAppend => ({
  id,
  stream: `request-${id}`,
  expectedVersion: id % 3,
  correlationId: `c${id}`,
  causationId: '',
  term: id % 2 === 0 ? { service: 'quota', epoch: id } : undefined,
  events: bodies.map((body, n) => ({ eventId: `e${id}-${n}`, type: 'ChargePosted', body })),
});

test('appends come out as they went in, with none, one or more events', () => {
  const appends = [append(1, ['{}']), append(2, []), append(3, ['{"a":1}', '', '"ü\u0000"'])];
  assert.deepEqual(unflatten(flatten(appends)), appends);
  assert.deepEqual(unflatten(flatten([])), []);
});

test('a message that is cut off or garbled stops the writer instead of being written', () => {
  const flat = flatten([append(1, ['{}'])]);
  assert.throws(() => unflatten(flat.slice(0, -1)), TypeError);
  assert.throws(() => unflatten(['x', ...flat]), TypeError);
});
