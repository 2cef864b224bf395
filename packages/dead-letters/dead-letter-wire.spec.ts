import assert from 'node:assert/strict';
import { DeadLetterSchema, RetryRequestSchema } from '#contracts/gen/gateway/deadletters/v1/dead_letters_pb.js';
import { overTheWire } from '#testkit/over-the-wire.ts';
import { test } from '#testkit/test.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { Selection } from './dead-letter-source.ts';
import { deadLetterFromWire, deadLetterToWire, selectionFromWire, selectionToWire } from './dead-letter-wire.ts';

const letter: DeadLetter = {
  consumer: 'billing.charges',
  position: 2 ** 40,
  eventId: 'e',
  eventType: 'UsageRecorded',
  stream: 'request-r',
  failure: { code: 'price_missing', message: 'none' },
  tries: 2,
  firstTriedAtMs: 1_700_000_000_000,
  lastTriedAtMs: 1_700_000_000_001,
};

test('a letter comes out as it went in, and names its request to other readers', () => {
  const wire = overTheWire(DeadLetterSchema, deadLetterToWire(letter));
  assert.deepEqual(deadLetterFromWire(wire), letter);
  assert.equal(wire.requestId, 'r');
  assert.equal(overTheWire(DeadLetterSchema, deadLetterToWire({ ...letter, stream: 'user-u' })).requestId, '');
});

test('every selection comes out as it went in', () => {
  const selections: Selection[] = [
    { kind: 'all' },
    { kind: 'position', position: 7 },
    { kind: 'request', requestId: 'r' },
  ];
  for (const selection of selections) {
    const { selected } = overTheWire(RetryRequestSchema, { selected: selectionToWire(selection) });
    assert.deepEqual(selectionFromWire(selected), selection);
  }
});
