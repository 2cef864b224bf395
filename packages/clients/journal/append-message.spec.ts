import assert from 'node:assert/strict';
import { Fault } from '#errors/fault.ts';
import { bodyText } from '#journal/event-body.ts';
import type { AppendRequest } from '#journal/journal.ts';
import { revocations } from '#testkit/journal-contract.ts';
import { test } from '#testkit/test.ts';
import {
  answerFromMessage,
  answerToMessage,
  appendFromMessage,
  appendToMessage,
  headFromMessage,
  headToMessage,
} from './append-message.ts';

const request: AppendRequest = { ...revocations('ü\n', 3, ['a', 'b']), term: { service: 'quota', epoch: 2 } };

const message = appendToMessage(request);
const body = JSON.stringify(request.events[0]?.data);
const read = (text: string): AppendRequest => appendFromMessage(Buffer.from(text));

/** The request as it is read from a message: its events have their text, too. */
const asRead = ({ events, ...rest }: AppendRequest) => ({
  traceparent: undefined,
  ...rest,
  events: events.map((event) => ({ ...event, body: JSON.stringify(event.data) })),
});
/** With what is parsed when it is read. */
const readWhole = (text: string) => {
  const { events, ...rest } = read(text);
  return { ...rest, events: events.map(({ eventId, type, data, body }) => ({ eventId, type, data, body })) };
};

test('an append comes out as it went in, its bodies as the text that was written', () => {
  const traced = { ...request, traceparent: '00-1-2-01' };
  for (const each of [request, traced, { ...request, events: [] }]) {
    assert.deepEqual(readWhole(appendToMessage(each)), asRead(each));
  }
});

test('a body is neither parsed nor written again until somebody reads its data', () => {
  const odd = body.replace('"keyId":', '"keyId"  :').replace('}', ',]');
  const sent = message.replaceAll(body, odd).replaceAll(`${body.length}`, `${odd.length}`);
  const unread = read(sent);
  assert.deepEqual(unread.events.map(bodyText), [odd, odd]);
  assert.throws(() => unread.events[0]?.data, SyntaxError);
});

test('a body may have anything in it that surrounds bodies', () => {
  const data = { keyId: ',"data":', userId: '{"bodyLengths":[1]', revokedAtMs: '}],"data":{' };
  const events = ['","data":', 'b'].map((eventId) => ({ eventId, type: 'ApiKeyRevoked', data }) as const);
  const { events: given } = read(appendToMessage({ ...request, stream: ',"data":', events }));
  assert.deepEqual(
    given.map(({ eventId, type, data }) => ({ eventId, type, data })),
    events,
  );
});

test('a journal and a service of an earlier version are understood, and understand', () => {
  assert.deepEqual(readWhole(JSON.stringify({ ...request, noticeTo: 'listener' })), asRead(request));
  const { bodyLengths: _, ...parsed } = JSON.parse(message);
  assert.deepEqual(parsed, request);
});

test('bytes that are no append are refused, whatever they are', () => {
  const changed = ['stream', 'expectedVersion', 'correlationId', 'causationId', 'events', 'term'].flatMap((name) =>
    [null, -1, [1]].map((value) => JSON.stringify({ ...request, [name]: value })),
  );
  const wrongLengths = ['', '-1', '1.5', body.length - 1, body.length + 1, 1e9, 'x'].map((length) =>
    message.replace(`${body.length}`, `${length}`),
  );
  const noObjects = [message.replaceAll(body, `[${body.slice(1)}`), message.replaceAll(body, 'null')];
  for (const text of [
    '',
    'null',
    '[]',
    '{',
    '{"bodyLengths":[',
    '{"bodyLengths":[1]}',
    ...changed,
    ...wrongLengths,
    ...noObjects,
  ]) {
    assert.throws(
      () => read(text),
      (thrown) => thrown instanceof Fault && thrown.code === 'invalid_request',
      text,
    );
  }
});

test('an answer comes out as it went in, and bytes that are none are a fault', () => {
  const refusal = { code: 'unavailable', message: 'No.', retryAfterMs: 5 } as const;
  for (const answer of [
    { kind: 'appended', position: 7, isRepeat: true },
    { kind: 'version-conflict', actualVersion: 0 },
    { kind: 'refused', refusal },
  ] as const) {
    assert.deepEqual(answerFromMessage(Buffer.from(answerToMessage(answer))), answer);
  }
  for (const text of [
    '',
    '{',
    '[]',
    '{"kind":"appended"}',
    '{"kind":"refused","refusal":{"code":"made_up","message":""}}',
  ]) {
    assert.throws(() => answerFromMessage(Buffer.from(text)), { code: 'internal_error' }, text);
  }
});

test('the end of the log comes out as it went in, and bytes that are no position are a fault', () => {
  for (const position of [0, 2 ** 50]) assert.equal(headFromMessage(Buffer.from(headToMessage(position))), position);
  for (const text of ['', '-1', '1.5', 'x', '9007199254740993']) {
    assert.throws(() => headFromMessage(Buffer.from(text)), { code: 'internal_error' }, text);
  }
});
