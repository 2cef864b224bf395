import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { measureJson } from './measure-json.ts';

describe('measureJson', () => {
  test('counts levels and the fields of the outermost object, whatever stands in strings', () => {
    const cases: readonly (readonly [unknown, number, number])[] = [
      [{}, 1, 0],
      [{ a: 1, b: { c: [2, { d: 3 }] } }, 4, 2],
      [{ 'a{[:': '}]":\\', b: '\\"{' }, 1, 2],
      [{ a: '\\', b: '\\\\"', c: '"' }, 1, 3],
      [['a', { b: 'c' }], 2, 0],
      ['{{{', 0, 0],
    ];
    for (const [value, depth, topLevelFields] of cases) {
      assert.deepEqual(measureJson(JSON.stringify(value), 100), { depth, topLevelFields }, JSON.stringify(value));
    }
  });

  test('counts a field given twice twice', () => {
    assert.equal(measureJson('{"a":1,"a":2}', 100).topLevelFields, 2);
  });

  test('stops one level past the most that was asked about', () => {
    assert.equal(measureJson('['.repeat(1_000_000), 128).depth, 129);
  });

  test('survives what is not JSON', () => {
    for (const text of ['"unclosed', '{"a":"\\"', ']]]}}}', '\\"\\"', '"\\'])
      assert.ok(measureJson(text, 10).depth <= 10);
  });
});
