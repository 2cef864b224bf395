import assert from 'node:assert/strict';
import { parsedLate } from '#journal/event-body.ts';
import type { NewEvent } from '#journal/journal.ts';
import { revocations } from '#testkit/journal-contract.ts';
import { test } from '#testkit/test.ts';
import { createOpenAppends } from './open-appends.ts';

test('who decided an event here is given the object back, and one that came as text is not parsed', () => {
  const request = revocations('a', 0, ['id']);
  const unread = parsedLate({ eventId: 'id', type: 'ApiKeyRevoked', body: '{no JSON' }) as NewEvent;
  const open = createOpenAppends(0);
  const { serialized: decided } = open.add(request);
  const { serialized: received } = open.add({ ...request, events: [unread] });
  assert.deepEqual(
    [decided, received].map(({ events }) => events[0]?.body),
    [JSON.stringify(request.events[0]?.data), '{no JSON'],
  );
  const { events } = open.commit(new Float64Array([decided.id, 1, 1, received.id, 2, 2]), 1, 5);
  assert.equal(events[0]?.data, request.events[0]?.data);
  assert.equal(events[1]?.body, '{no JSON');
  assert.throws(() => events[1]?.data, SyntaxError);
});
