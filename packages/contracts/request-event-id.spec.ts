import assert from 'node:assert/strict';
import { validate, version } from 'uuid';
import { newId } from '#kernel/ids.ts';
import { test } from '#testkit/test.ts';
import { requestEventId } from './request-event-id.ts';

const kinds = ['request-admitted', 'usage-recorded', 'hold-expired', 'charge-posted'] as const;

test('the events of many requests all have ids of their own, the same each time they are asked for', () => {
  const requestIds = Array.from({ length: 20_000 }, newId);
  const ids = requestIds.flatMap((requestId) => kinds.map((kind) => requestEventId(requestId, kind)));
  assert.equal(new Set([...ids, ...requestIds]).size, requestIds.length * 5);
  assert.equal(requestEventId(requestIds[0] ?? '', 'usage-recorded'), ids[1]);
  assert.ok(ids.every((id) => validate(id) && version(id) === 8));
});

test('ids go up with the time of their requests', () => {
  const ids = Array.from({ length: 100 }, () => requestEventId(newId(), 'charge-posted'));
  assert.deepEqual(ids.toSorted(), ids);
});

test('a request id that is none of ours still gives ids, valid and apart', () => {
  const ids = kinds.map((kind) => requestEventId('request one', kind));
  assert.equal(new Set(ids).size, kinds.length);
  assert.ok(ids.every((id) => validate(id)));
});
