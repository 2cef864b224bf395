import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from '#testkit/test.ts';
import { createToolInputUnwrapper, unwrapToolInput } from './unwrap-tool-input.ts';

/** Feeds JSON in the given pieces; each piece of text must be fit for UTF-8 by itself. */
function unwrapped(pieces: readonly string[]): string {
  const unwrapper = createToolInputUnwrapper();
  let text = '';
  for (const piece of pieces) {
    const added = unwrapper.push(piece);
    assert.ok(added.isWellFormed(), JSON.stringify(added));
    text += added;
  }
  return text + unwrapper.end();
}

const patch = '*** Begin Patch\n+a "quoted" \\ path/é 👋\u2028\t\u0001\n*** End Patch';

test('a wrapped text comes back the same, cut at every place', () => {
  for (const json of [JSON.stringify({ input: patch }), ` {\n "input" : ${JSON.stringify(patch)} , "more": {"a":1}}`]) {
    for (let at = 0; at <= json.length; at += 1) assert.equal(unwrapped([json.slice(0, at), json.slice(at)]), patch);
    assert.equal(unwrapped([...Array(json.length).keys()].map((at) => json.charAt(at))), patch);
  }
});

test('escapes of any spelling are decoded, cut at every place', () => {
  const json = String.raw`{"input":"\ud83d\udc4b\u00e9\/\b\f\n\r\t\"\\ud83d 👋"}`;
  const expected = JSON.parse(json).input;
  for (let at = 0; at <= json.length; at += 1) {
    assert.equal(unwrapped([json.slice(0, at), json.slice(at)]), expected, `cut at ${at}`);
  }
  assert.equal(unwrapped([...Array(json.length).keys()].map((at) => json.charAt(at))), expected);
});

test('the text is given as it comes, and not only at the end', () => {
  const unwrapper = createToolInputUnwrapper();
  assert.equal(unwrapper.push('{"input":"abc'), 'abc');
  assert.equal(unwrapper.push('def\\'), 'def');
  assert.equal(unwrapper.push('nx"}'), '\nx');
  assert.equal(unwrapper.end(), '');
});

test('any text and any cuts give the text back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.array(fc.nat({ max: 80 })), (text, cuts) => {
      const json = JSON.stringify({ input: text });
      const places = [0, ...cuts.filter((at) => at < json.length).sort((a, b) => a - b), json.length];
      const pieces = places.slice(1).map((end, at) => json.slice(places[at], end));
      assert.equal(unwrapped(pieces), text);
    }),
  );
});

test('another name of the only field, and a text that was not wrapped at all, are understood', () => {
  assert.equal(unwrapped(['{"patch":"a', 'b"}']), 'ab');
  assert.equal(unwrapped(['*** Begin', ' Patch']), '*** Begin Patch');
  assert.equal(unwrapped(['{"a":"b","input":"c"}']), 'c');
  assert.equal(unwrapped([]), '');
  assert.equal(unwrapToolInput('{"a":1}'), '{"a":1}');
});

test('a text that is cut off gives what of it is whole', () => {
  assert.equal(unwrapped(['{"input":"ab\\u00']), 'ab');
  assert.equal(unwrapped(['{"input":"ab']), 'ab');
});
