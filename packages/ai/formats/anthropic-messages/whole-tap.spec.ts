import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { openMessagesTap } from './tap.ts';
import { fixture, noEnd, passedThrough, testTap } from './testing.ts';

const open = (tap = {}) => openMessagesTap(testTap(tap));

test('a message is passed on byte for byte once it is whole, with its usage', () => {
  const bytes = fixture('message.body');
  for (const pieceBytes of [1, 7, 100, bytes.length]) {
    const decoder = open();
    assert.equal(passedThrough(decoder, bytes, pieceBytes), bytes.toString());
    assert.deepEqual(decoder.usage()?.usage, { input: 10, output: 30, reasoning: 20 });
    assert.equal(decoder.status(), 'whole');
  }
});

test('nothing of a short message goes before its usage is durable', () => {
  const decoder = open();
  assert.equal(decoder.push(fixture('message.body')), null);
});

test('of a message that breaks off the client gets nothing', () => {
  const decoder = open();
  assert.equal(passedThrough(decoder, fixture('message.body').subarray(0, -20), 9), '');
  assert.equal(decoder.status(), 'open');
  assert.equal(decoder.hasWork(), true);
  assert.match(decoder.sample().text, /^Which one\?Here\.get_weather/);
});

test('an error in a 200 has failed and costs nothing', () => {
  const decoder = open();
  const document = { type: 'error', error: { type: 'rate_limit_error', message: 'slow down' } };
  passedThrough(decoder, Buffer.from(JSON.stringify(document)), 20);
  assert.equal(decoder.status(), 'failed');
  assert.equal(decoder.failure()?.kind, 'rate');
  assert.equal(decoder.usage(), null);
  assert.equal(decoder.hasWork(), false);
});

test('a document that is no message is invalid', () => {
  for (const text of ['{"id":"x"}', '[]', 'hello', '']) {
    const decoder = open();
    passedThrough(decoder, Buffer.from(text), 3);
    assert.notEqual(decoder.status(), 'whole', text);
  }
});

test('a long message goes in pieces, all but the last', () => {
  const decoder = open();
  const long = JSON.stringify({
    type: 'message',
    content: [{ type: 'text', text: 'x'.repeat(3 * 1024 * 1024) }],
    usage: { input_tokens: 5, output_tokens: 900_000 },
  });
  let early = '';
  for (let at = 0; at < long.length; at += 65_536) {
    early += decoder.push(Buffer.from(long.slice(at, at + 65_536)))?.toString() ?? '';
  }
  decoder.end();
  assert.equal(decoder.status(), 'whole');
  assert.equal(decoder.usage()?.usage.output, 900_000);
  assert.ok(early.length > 2 * 1024 * 1024 && early.length < long.length);
  assert.equal(early + decoder.closing(noEnd).toString(), long);
});

test('the cost is told in the usage, and no other byte changes', () => {
  const decoder = open({ tellsCost: true });
  const passed = passedThrough(decoder, fixture('message.body'), 100, { ...noEnd, costNanoUsd: 1_500_000_000n });
  assert.match(passed, /"id":1234567890123456789,"amount":10\.00/);
  assert.equal(JSON.parse(passed).usage.cost, 1.5);
});
