import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { openMessagesTap } from './tap.ts';
import { fixture, noEnd, passedThrough, testTap } from './testing.ts';

const open = (tap = {}) => openMessagesTap(testTap({ stream: true, ...tap }));

/** Events with their names. */
const sse = (...events: readonly { readonly type: string }[]): Buffer =>
  Buffer.from(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''));

const start = {
  type: 'message_start',
  message: { id: 'm', model: 'c', usage: { input_tokens: 100, output_tokens: 1 } },
};
const block = { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } };
const text = (said: string) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: said } });
const blockStop = { type: 'content_block_stop', index: 0 };
const delta = (usage: unknown, reason: string | null = 'end_turn') => ({
  type: 'message_delta',
  delta: { stop_reason: reason },
  usage,
});
const stop = { type: 'message_stop' };
const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };

describe('a stream that is passed on', () => {
  test('reaches the client byte for byte, wherever the bytes are cut, but for pings before content', () => {
    for (const name of ['text-and-tool.sse', 'thinking.sse']) {
      const bytes = fixture(name);
      const ping = 'event: ping\ndata: {"type": "ping"}\n\n';
      for (let pieceBytes = 1; pieceBytes <= bytes.length; pieceBytes += pieceBytes < 40 ? 1 : 97) {
        const decoder = open();
        const passed = passedThrough(decoder, bytes, pieceBytes);
        assert.equal(decoder.status(), 'whole');
        assert.equal(passed, bytes.toString().replace(ping, ''));
      }
    }
  });

  test('tells its usage, of which message_start has the prompt and message_delta the answer', () => {
    const decoder = open();
    passedThrough(decoder, fixture('text-and-tool.sse'), 50);
    assert.deepEqual(decoder.usage()?.usage, {
      input: 472,
      cached_input: 2_048,
      cache_write: 60,
      cache_write_1h: 40,
      output: 89,
    });
    assert.equal(decoder.isUsageFinal(), true);
    assert.deepEqual(decoder.sample(), { text: 'get_weatherLet me look: é👋\n{"id": 1234567890123456789}', scale: 1 });
  });

  test('holds its end back until the usage is durable', () => {
    const decoder = open();
    const passed = decoder.push(sse(start, block, text('Hi'), blockStop, delta({ output_tokens: 5 }), stop));
    assert.equal(passed?.toString(), sse(start, block, text('Hi'), blockStop).toString());
    assert.equal(decoder.closing(noEnd).toString(), sse(delta({ output_tokens: 5 }), stop).toString());
  });

  test('gives the client nothing before there is content, so that another provider can still answer', () => {
    const decoder = open();
    assert.equal(decoder.push(sse(start, block)), null);
    assert.equal(decoder.push(Buffer.from(': waiting\n\nevent: ping\ndata: {"type":"ping"}\n\n')), null);
    assert.equal(decoder.hasWork(), false);
    assert.equal(decoder.push(sse(error)), null);
    assert.equal(decoder.status(), 'failed');
    assert.deepEqual(decoder.failure(), {
      kind: 'overload',
      message: 'Overloaded',
      code: 'overloaded_error',
      param: '',
    });
  });

  test('fails in the middle without the error event, which the gateway writes itself', () => {
    const decoder = open();
    assert.equal(
      decoder.push(sse(start, block, text('Hi'), error))?.toString(),
      sse(start, block, text('Hi')).toString(),
    );
    assert.equal(decoder.status(), 'failed');
    assert.equal(decoder.hasWork(), true);
    assert.equal(decoder.usage()?.usage.input, 100);
    assert.equal(decoder.isUsageFinal(), false);
  });

  test('that breaks off is cut, also behind its usage', () => {
    for (const events of [
      [start, block, text('Hi')],
      [start, block, text('Hi'), blockStop],
      [start, block, text('Hi'), blockStop, delta({ output_tokens: 5 }, null)],
    ]) {
      const decoder = open();
      passedThrough(decoder, sse(...events), 1_000);
      assert.equal(decoder.status(), 'open');
    }
  });

  test('is whole without message_stop behind its reason, and the client gets one', () => {
    const decoder = open();
    const passed = passedThrough(decoder, sse(start, block, text('Hi'), blockStop, delta({ output_tokens: 5 })), 7);
    assert.equal(decoder.status(), 'whole');
    assert.equal(passed, sse(start, block, text('Hi'), blockStop, delta({ output_tokens: 5 }), stop).toString());
  });

  test('is whole where the last event has no blank line', () => {
    const bytes = sse(start, block, text('Hi'), blockStop, delta({ output_tokens: 5 }), stop);
    const decoder = open();
    passedThrough(decoder, bytes.subarray(0, -2), 10);
    assert.equal(decoder.status(), 'whole');
  });

  test('keeps the last count of each field: none is summed, none is undone by a zero or by nonsense', () => {
    const decoder = open();
    const first = { output_tokens: 7, input_tokens: null, cache_read_input_tokens: 30 };
    const second = { output_tokens: 9, input_tokens: 0, cache_read_input_tokens: -1 };
    passedThrough(decoder, sse(start, block, text('Hi'), delta(first), text('!'), delta(second), stop), 20);
    assert.equal(decoder.status(), 'whole');
    assert.deepEqual(decoder.usage()?.usage, { input: 100, cached_input: 30, output: 9 });
  });

  test('lets content pass behind a message_delta that was not the last', () => {
    const decoder = open();
    const passed = decoder.push(sse(start, block, text('a'), delta({ output_tokens: 1 }), text('b')));
    assert.equal(passed?.toString(), sse(start, block, text('a'), delta({ output_tokens: 1 }), text('b')).toString());
  });

  test('passes events of unknown kinds on, leaves out what is no JSON, and names what has no name', () => {
    const decoder = open();
    const odd = { type: 'content_block_note', index: 0, note: 1 };
    const bytes = Buffer.concat([
      sse(start, block, text('a'), odd),
      Buffer.from(`data: [DONE]\n\ndata:\n\ndata: ${JSON.stringify(text('b'))}\n\n`),
      sse(delta({ output_tokens: 3 }), stop),
    ]);
    assert.equal(
      passedThrough(decoder, bytes, 11),
      sse(start, block, text('a'), odd, text('b'), delta({ output_tokens: 3 }), stop).toString(),
    );
  });

  test('has its text for an estimate, whether or not an event is written as usual', () => {
    const decoder = open();
    const usual =
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a\\"b\\\\"}}\n\n';
    const padded = usual.replace('"}}', '"},"p":"abc"}');
    const bytes = Buffer.concat([
      sse(start, block),
      Buffer.from(usual + padded),
      sse(delta({ output_tokens: 3 }), stop),
    ]);
    passedThrough(decoder, bytes, 1_000);
    assert.deepEqual(decoder.sample(), { text: 'a"b\\a"b\\', scale: 1 });
  });

  test('with an error in an event that begins as usual has failed', () => {
    const decoder = open();
    const event =
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"},"error":{"message":"x"}}\n\n';
    decoder.push(Buffer.concat([sse(start, block), Buffer.from(event)]));
    assert.equal(decoder.status(), 'failed');
  });

  test('is read with any line breaks', () => {
    for (const lineBreak of ['\r\n', '\r']) {
      const bytes = Buffer.from(fixture('text-and-tool.sse').toString().replaceAll('\n', lineBreak));
      const decoder = open();
      passedThrough(decoder, bytes, 13);
      assert.equal(decoder.status(), 'whole');
      assert.equal(decoder.usage()?.usage.output, 89);
    }
  });

  test('tells the cost in the usage of its last message_delta', () => {
    const decoder = open({ tellsCost: true });
    decoder.push(sse(start, block, text('a'), delta({ output_tokens: 3 }), stop));
    const closing = decoder.closing({ ...noEnd, costNanoUsd: 12_345n }).toString();
    assert.equal(closing, sse(delta({ output_tokens: 3, cost: 0.000012345 }), stop).toString());
  });

  test('that is a document with an error has failed, and any other document is invalid', () => {
    for (const [document, status] of [
      [error, 'failed'],
      [{ error: { message: 'no', type: 'x' } }, 'failed'],
      [{ base_resp: { status_code: 1008, status_msg: 'insufficient balance' } }, 'failed'],
      [{ hello: 1 }, 'invalid'],
    ] as const) {
      const decoder = open();
      passedThrough(decoder, Buffer.from(JSON.stringify(document)), 5);
      assert.equal(decoder.status(), status);
    }
  });

  test('with an event that is too long is read on for its usage', () => {
    const decoder = open();
    decoder.push(sse(start, block, text('a')));
    decoder.push(Buffer.from(`event: content_block_delta\ndata: {"x":"${'y'.repeat(9 * 1024 * 1024)}`));
    assert.equal(decoder.status(), 'too-long');
    decoder.push(Buffer.from('"}\n\n'));
    assert.equal(decoder.push(sse(delta({ output_tokens: 77 }), stop)), null);
    assert.equal(decoder.isOver(), true);
    assert.equal(decoder.usage()?.usage.output, 77);
  });
});
