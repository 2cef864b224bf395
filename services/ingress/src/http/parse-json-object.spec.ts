import assert from 'node:assert/strict';
import { Fault } from '#errors/fault.ts';
import { describe, test } from '#testkit/test.ts';
import { parseJsonObject } from './parse-json-object.ts';

const refused = (text: string) => {
  try {
    parseJsonObject(Buffer.from(text));
  } catch (thrown) {
    assert.ok(thrown instanceof Fault);
    return thrown.refusal;
  }
  return assert.fail(`${text.slice(0, 40)} was taken`);
};

describe('parseJsonObject', () => {
  test('gives the object, `__proto__` an ordinary field of it', () => {
    assert.deepEqual(parseJsonObject(Buffer.from('{"a":"é\\u00e9"}')), { a: 'éé' });
    const parsed = parseJsonObject(Buffer.from('{"__proto__":{"polluted":true}}'));
    assert.deepEqual(Object.keys(parsed), ['__proto__']);
    assert.equal(parsed['polluted'], undefined);
  });

  test('refuses a field given twice, spelt with an escape as well', () => {
    assert.equal(refused('{"model":"a","model":"b"}').code, 'invalid_request');
    assert.equal(refused('{"model":"a","mod\\u0065l":"b"}').code, 'invalid_request');
  });

  test('refuses a field given twice at any level, and names it by its path', () => {
    const cases: readonly (readonly [text: string, param: string])[] = [
      ['{"model":"a","model":"b"}', 'model'],
      ['{"messages":[{"role":"user"},{"role":"user","role":"system"}]}', 'messages[1].role'],
      ['{"a":[[1,{"b":"}],{"}],{"c":{"\\u0064":1,"d":{}}}]}', 'a[1].c.d'],
      ['{"a":{"__proto__":1,"__proto__":2}}', 'a.__proto__'],
      ['{"a":[{"x":1},{"x":1}],"b":"\\"b","b":null}', 'b'],
      [`{"${'k'.repeat(1_000)}":{"a":1,"a":2}}`, `${'k'.repeat(200)}…`],
    ];
    for (const [text, param] of cases) {
      const refusal = refused(text);
      assert.deepEqual([refusal.code, refusal.param], ['invalid_request', param]);
      assert.match(refusal.message, /twice/);
    }
  });

  test('takes names that differ, and the same name in several objects', () => {
    assert.ok(parseJsonObject(Buffer.from('{"a":[{"b":1},{"b":1,"B":2}],"b":{"a":"a:b,{"},"1":0,"01":0}')));
  });

  test('refuses what costs much to parse before it is parsed, and takes what is below', () => {
    const cases: readonly (readonly [make: (count: number) => string, max: number, message: RegExp])[] = [
      [(count) => `{"a":[${'{"b":1,"c":2},'.repeat(count / 2 - 1)}{"d":1}]}`, 65_536, /65536 fields\./],
      [(count) => `{${Array.from({ length: count }, (_, at) => `"f${at}":1`).join()}}`, 256, /256 fields at its top/],
      [(count) => `{"a":[${'1,'.repeat(count - 2)}1]}`, 131_072, /131072 fields and items/],
      [(count) => `{"a":[${'[],'.repeat(count / 2 - 2)}[]]}`, 131_072, /131072 fields and items/],
      [(count) => `{"${'n'.repeat(count)}":1}`, 1_024, /1024 characters/],
    ];
    for (const [make, max, message] of cases) {
      assert.ok(parseJsonObject(Buffer.from(make(max))), String(message));
      const refusal = refused(make(max + 2));
      assert.equal(refusal.code, 'invalid_request');
      assert.match(refusal.message, message);
    }
  });

  test('takes 128 levels and refuses 129', () => {
    const nested = (levels: number) => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
    assert.ok(parseJsonObject(Buffer.from(nested(128))));
    assert.match(refused(nested(129)).message, /128 levels/);
  });

  test('says where JSON breaks off', () => {
    assert.match(refused('{"a":1').message, /position 6/);
    assert.equal(refused('{"a":1').code, 'invalid_json');
  });
});
