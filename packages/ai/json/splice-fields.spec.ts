import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from '#testkit/test.ts';
import { type FieldChange, spliceFields } from './splice-fields.ts';

const put = (json: string): FieldChange => ({ kind: 'put', json });
const remove: FieldChange = { kind: 'remove' };
const rename = (name: string): FieldChange => ({ kind: 'rename', name });

function splice(text: string, changes: Readonly<Record<string, FieldChange>>): string {
  return spliceFields(Buffer.from(text), JSON.parse(text), new Map(Object.entries(changes))).toString();
}

test('fields are put in, replaced, removed and renamed, and no other byte changes', () => {
  const text = ' {"model":"m" , "n": {"a":[1.0, 1e3]},\n"é":"ß } \\" ,", "seed" :12345678901234567890 }\n';
  assert.equal(splice(text, { model: put('"x"') }), text.replace('"m" ', '"x"'));
  assert.equal(splice(text, { seed: put('1') }), text.replace('12345678901234567890 ', '1'));
  assert.equal(splice(text, { max: put('5') }), text.replace('{"model"', '{"max":5,"model"'));
  assert.equal(splice(text, { é: remove }), text.replace('\n"é":"ß } \\" ,",', ''));
  assert.equal(splice(text, { model: remove }), text.replace('"model":"m" ,', ''));
  assert.equal(splice(text, { seed: remove }), text.replace(', "seed" :12345678901234567890 ', ''));
  assert.equal(splice(text, { n: rename('m') }), text.replace(' "n"', '"m"'));
});

test('what changes nothing gives the very same bytes', () => {
  const body = Buffer.from('{"a":1}');
  assert.equal(spliceFields(body, { a: 1 }, new Map([['b', remove]])), body);
});

test('an empty object and one that loses all its fields stay objects', () => {
  assert.equal(splice('{ }', { a: put('1'), b: put('2') }), '{"a":1,"b":2 }');
  assert.equal(splice('{"a":1}', { a: remove }), '{}');
  assert.equal(splice('{"a":1}', { a: remove, b: put('[]') }), '{"b":[]}');
});

test('a field that stands there twice, or with escapes in its name, is changed in each place', () => {
  assert.equal(splice('{"a":1,"\\u0061":2,"b":3}', { a: put('9') }), '{"a":9,"\\u0061":9,"b":3}');
  assert.equal(splice('{"a":1,"b":3,"a":{"a":5}}', { a: remove }), '{"b":3}');
});

test('any change to any object means what it says', () => {
  const names = fc.constantFrom('a', 'b', 'é"', 'c\\', '');
  const change = fc.oneof(fc.json().map(put), fc.constant(remove));
  const objects = fc.dictionary(names, fc.jsonValue({ maxDepth: 3 }), { noNullPrototype: true });
  fc.assert(
    fc.property(
      objects,
      fc.dictionary(names, change, { noNullPrototype: true }),
      fc.nat({ max: 3 }),
      (object, changes, indent) => {
        const text = JSON.stringify(object, null, indent);
        const expected: Record<string, unknown> = JSON.parse(text);
        for (const [name, each] of Object.entries(changes)) {
          if (each.kind === 'put') expected[name] = JSON.parse(each.json);
          else delete expected[name];
        }
        assert.deepEqual(JSON.parse(splice(text, changes)), expected);
      },
    ),
  );
});
