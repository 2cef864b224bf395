import assert from 'node:assert/strict';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { recordedEventOf } from '#journal/stored-event.ts';
import { chainedLog } from '#testkit/chained-log.ts';
import { test } from '#testkit/test.ts';
import { eventsFromMessage, eventsToMessage } from './event-message.ts';

const events = chainedLog(
  ['a', 'ü\n"😀'].map((keyId) => ({
    stream: `key-${keyId}`,
    type: 'ApiKeyRevoked',
    data: { keyId, userId: 'u', revokedAtMs: '5' },
  })),
).map(recordedEventOf);

const whole = (event: RecordedEvent) => ({ ...event, data: event.data });
const read = (message: string): RecordedEvent[] => eventsFromMessage(Buffer.from(message));

test('events come out as they went in, their bodies to the byte', () => {
  const traced = events.map((event, index) => (index === 0 ? { ...whole(event), traceparent: '00-1-2-01' } : event));
  assert.deepEqual(
    read(eventsToMessage(traced as RecordedEvent[])).map(whole),
    traced.map((event) => whole(event as RecordedEvent)),
  );
});

test('what hands events on parses no body', () => {
  const [line, bodies = ''] = eventsToMessage(events).split('\n');
  const message = `${line}\n${bodies.replaceAll('}', ']')}`;
  const unread = read(message);
  assert.equal(eventsToMessage(unread), message);
  assert.throws(() => unread[0]?.data, SyntaxError);
});

test('bytes that are no events are refused', () => {
  const message = eventsToMessage(events);
  for (const text of [
    '',
    '[]\n',
    '{}\n',
    '[{}]\n',
    '[1]\n',
    message.slice(0, -1),
    `${message} `,
    message.split('\n')[0] ?? '',
  ]) {
    assert.throws(() => read(text), Error, text);
  }
});
