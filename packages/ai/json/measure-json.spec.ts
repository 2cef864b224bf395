import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { closingQuote, type JsonMeasure, measureJson } from './measure-json.ts';

const many: JsonMeasure = { depth: 1e9, fields: 1e9, topLevelFields: 1e9, values: 1e9, nameCharacters: 1e9 };

describe('measureJson', () => {
  test('counts levels, fields and values, whatever stands in strings', () => {
    const cases: readonly (readonly [value: unknown, depth: number, fields: number, top: number, values: number])[] = [
      [{}, 1, 0, 0, 1],
      [{ a: 1, b: { c: [2, { d: 3 }] } }, 4, 4, 2, 6],
      [{ 'a{[:,': '}]":,\\', b: '\\"{' }, 1, 2, 2, 2],
      [{ a: '\\', b: '\\\\"', c: '"' }, 1, 3, 3, 3],
      [['a', { b: 'c' }], 2, 1, 0, 3],
      [[1, [], [], 2], 2, 0, 0, 6],
      ['{{{,,,:::', 0, 0, 0, 0],
    ];
    for (const [value, depth, fields, topLevelFields, values] of cases) {
      const { nameCharacters: _, ...measured } = measureJson(JSON.stringify(value), many);
      assert.deepEqual(measured, { depth, fields, topLevelFields, values }, JSON.stringify(value));
    }
  });

  test('counts a field given twice twice', () => {
    assert.equal(measureJson('{"a":1,"a":2}', many).topLevelFields, 2);
    assert.equal(measureJson('{"x":{"a":1,"a":2}}', many).fields, 3);
  });

  test('measures the longest name, and no other string', () => {
    assert.equal(measureJson('{"abc":"a long string","\\u0061":["another one"]}', many).nameCharacters, 6);
  });

  test('stops one past the first bound', () => {
    assert.equal(measureJson('['.repeat(1_000_000), { ...many, depth: 128 }).depth, 129);
    assert.equal(measureJson(`[${'1,'.repeat(1_000_000)}1]`, { ...many, values: 10 }).values, 11);
    assert.equal(measureJson(`{${'"a":1,'.repeat(1_000_000)}"a":1}`, { ...many, fields: 10 }).fields, 11);
    assert.equal(measureJson(`{${'"a":1,'.repeat(1_000_000)}"a":1}`, { ...many, topLevelFields: 5 }).topLevelFields, 6);
    assert.equal(measureJson('{"abcd":1,"a":2}', { ...many, nameCharacters: 3 }).fields, 1);
  });

  test('survives what is not JSON', () => {
    for (const text of ['"unclosed', '{"a":"\\"', ']]]}}}', '\\"\\"', '"\\'])
      assert.ok(measureJson(text, { ...many, depth: 10 }).depth <= 10);
  });
});

describe('closingQuote', () => {
  test('finds the quote that JSON ends a string with, however many are escaped before it', () => {
    const pieces = ['\\', '"', 'a', '\\\\', '"\\', 'far from the next one', '\n', '漢'];
    for (let seed = 0; seed < 4_096; seed++) {
      let text = '';
      for (let rest = seed; rest > 0; rest >>= 3) text += pieces[rest & 7];
      const written = JSON.stringify(text);
      assert.equal(closingQuote(`${written}, "next"`, 0), written.length - 1, written);
      // Cut before its end, a string has none.
      const cut = `[${written.slice(0, -1)}`;
      assert.equal(closingQuote(cut, 1), cut.length, cut);
    }
  });

  test('takes time in proportion to the text, for quotes and backslashes in every order', () => {
    for (const piece of ['\\"', '\\\\', '\\\\\\"', `${'\\'.repeat(1_001)}"`, '\\"aaaaaaaaa']) {
      const text = `"${piece.repeat(Math.ceil(4_000_000 / piece.length))}"`;
      const startedAtMs = performance.now();
      assert.equal(closingQuote(text, 0), text.length - 1);
      // Some 30 ms; a square of it would take hours.
      assert.ok(performance.now() - startedAtMs < 5_000, piece.slice(0, 10));
    }
  });
});
