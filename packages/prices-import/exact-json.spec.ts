import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from '#testkit/test.ts';
import { ExactNumber, parseExactJson, shiftDecimal } from './exact-json.ts';

test('numbers stay as they are written, however deep, and all else is as JSON has it', () => {
  assert.deepEqual(parseExactJson('{"a":[1.5e-07,0.10,"0.10",null,true],"b":{"c":123456789012345678901}}'), {
    a: [new ExactNumber('1.5e-07'), new ExactNumber('0.10'), '0.10', null, true],
    b: { c: new ExactNumber('123456789012345678901') },
  });
  assert.throws(() => parseExactJson('{"a":1'), SyntaxError);
});

test('a number of any spelling becomes plain decimals, exactly', () => {
  for (const [text, places, decimal] of [
    ['1.5e-07', 6, '0.15'],
    ['1.5E-7', 6, '0.15'],
    ['0.00000015', 6, '0.15'],
    ['3e-06', 6, '3'],
    ['2.5e-05', 6, '25'],
    ['1e-12', 6, '0.000001'],
    ['0', 6, '0'],
    ['0.0', 6, '0'],
    ['-0.0', 6, '0'],
    ['1.10', 0, '1.1'],
    ['12e+2', 0, '1200'],
    ['3.0000000000000004e-07', 6, '0.30000000000000004'],
    ['0.1', 0, '0.1'],
  ] as const) {
    assert.equal(shiftDecimal(text, places), decimal, text);
  }
});

test('a shift and its opposite give the number again', () => {
  for (let round = 0; round < 2_000; round++) {
    const text = `${randomInt(100_000)}.${randomInt(1, 10)}${randomInt(1_000)}1`;
    const places = randomInt(-8, 9);
    assert.equal(shiftDecimal(shiftDecimal(text, places), -places), text);
  }
});

test('what is no price is refused', () => {
  for (const text of ['-1', 'NaN', '', '1e999', '0x10', '1,5', `1${'0'.repeat(50)}`]) {
    assert.throws(() => shiftDecimal(text, 6), RangeError, text);
  }
});
