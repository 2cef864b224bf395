import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { openUnframing } from './framing.ts';
import { awsEvent, awsException, awsMessage } from './testing.ts';

function unframed(bytes: Buffer, pieceBytes: number, name: 'aws-event-stream' | 'aws-invoke-chunks') {
  const unframing = openUnframing(name);
  assert.ok(unframing);
  const events: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    events.push(unframing.push(bytes.subarray(at, at + pieceBytes)));
  }
  return { events: Buffer.concat(events).toString(), isBroken: unframing.isBroken() };
}

describe("Amazon's event stream", () => {
  const bytes = Buffer.concat([
    awsEvent('messageStart', { role: 'assistant' }),
    awsMessage({ ':event-type': 'contentBlockDelta', ':message-type': 'event' }, '{"delta":\n{"text":"ä €"}}'),
    awsException('throttlingException', 'Too many.'),
  ]);
  const events =
    'event: messageStart\ndata: {"role":"assistant"}\n\n' +
    'event: contentBlockDelta\ndata: {"delta": {"text":"ä €"}}\n\n' +
    'event: throttlingException\ndata: {"message":"Too many."}\n\n';

  test('becomes the same events however it is cut', () => {
    for (const pieceBytes of [1, 5, 100, bytes.length]) {
      assert.deepEqual(unframed(bytes, pieceBytes, 'aws-event-stream'), { events, isBroken: false });
    }
  });

  test('that is damaged is broken, and what came before it is read', () => {
    const first = awsEvent('messageStart', {});
    for (const at of [2, 9, 20, first.length - 1]) {
      const damaged = Buffer.from(first);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      const read = unframed(Buffer.concat([first, damaged, first]), 1_000, 'aws-event-stream');
      assert.deepEqual(read, { events: 'event: messageStart\ndata: {}\n\n', isBroken: true });
    }
  });

  test('whose first bytes are those of another protocol is broken', () => {
    assert.equal(unframed(Buffer.from('data: {"choices":[]}\n\n'), 1_000, 'aws-event-stream').isBroken, true);
  });
});

test("chunks of InvokeModel hold the model's own events, and exceptions are told as its errors", () => {
  const event = '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}';
  const chunk = awsEvent('chunk', { bytes: Buffer.from(event).toString('base64'), p: 'abcdef' });
  const bytes = Buffer.concat([chunk, awsException('throttlingException', 'Too many.')]);
  const { events } = unframed(bytes, 7, 'aws-invoke-chunks');
  assert.equal(
    events,
    `event: content_block_delta\ndata: ${event}\n\n` +
      'event: error\ndata: {"type":"error","error":{"type":"rate_limit_error","message":"Too many."}}\n\n',
  );
});
