import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from '#testkit/test.ts';
import { isKeptNumber } from './kept-number.ts';
import { parseKeptDigits, parseObjectKeptDigits } from './parse-kept-digits.ts';
import { RawJson, writeJson } from './write-json.ts';

test('numbers that a double would change keep their digits, and print as they were written', () => {
  for (const number of [
    '1234567890123456789',
    '-9223372036854775807',
    '9007199254740993',
    '0.1234567890123456789',
    '1e400',
    '-1E+999',
    '1e-400',
    '123456.7890123456789e-10',
    '1.00000000000000000001',
  ]) {
    const text = `{"a":[${number}],"b":{"c":${number}}}`;
    const parsed = parseKeptDigits(text);
    assert.equal(JSON.stringify(parsed), text);
    assert.equal(writeJson(parsed), text);
  }
});

test('a number keeps its digits wherever it stands', () => {
  for (const number of ['1234567890123456789', '-1234567890123456789', '0.12345678901234567', '1e400', '-1e-400']) {
    for (const text of [number, `[${number}]`, `[0,${number},1]`, `{"a":${number}}`, `{"a":${number},"b":[]}`]) {
      const spaced = text.replaceAll(/[[\]{},:]/g, '\n$& ');
      for (const written of [text, spaced]) {
        assert.equal(JSON.stringify(parseKeptDigits(written)), text, written);
      }
    }
  }
});

test('numbers that a double holds are plain numbers', () => {
  for (const [text, value] of [
    ['[1,1.5,-0.25,1e3,123456789012345]', [1, 1.5, -0.25, 1000, 123456789012345]],
    ['[1234567890123456789,7]', [undefined, 7]],
    ['["1234567890123456789",0.00000000000000000001,0e99,0.0000000000000000]', ['1234567890123456789', 1e-20, 0, 0]],
  ] as const) {
    const parsed = parseKeptDigits(text) as unknown[];
    for (const [at, expected] of value.entries()) {
      if (expected === undefined) assert.ok(isKeptNumber(parsed[at]));
      else assert.equal(parsed[at], expected, text);
    }
  }
});

test('whatever is read is written with the same meaning', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      assert.deepEqual(JSON.parse(writeJson(parseKeptDigits(text))), JSON.parse(text));
    }),
  );
});

test('digits of any integer survive', () => {
  fc.assert(fc.property(fc.bigInt(), (value) => assert.equal(writeJson(parseKeptDigits(`[${value}]`)), `[${value}]`)));
});

test('what is no object is none', () => {
  for (const text of ['', '[1234567890123456789]', '1', 'x', '{"a":1234567890123456789']) {
    assert.equal(parseObjectKeptDigits(text), null, text);
  }
  assert.equal(JSON.stringify(parseObjectKeptDigits('{"__proto__":1}')), '{"__proto__":1}');
});

test('JSON text is put into a document as it is', () => {
  const document = {
    schema: new RawJson('{"maximum": 9223372036854775807}'),
    none: undefined,
    list: [undefined, 'é"', 5n],
  };
  assert.equal(writeJson(document), '{"schema":{"maximum": 9223372036854775807},"list":[null,"é\\"",5]}');
});
