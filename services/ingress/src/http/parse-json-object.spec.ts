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
