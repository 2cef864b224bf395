import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { documentFor } from './json-document.ts';

const documents: readonly [string, unknown, unknown][] = [
  ['strings', { type: 'string' }, 'text'],
  ['string lengths', { type: 'string', minLength: 6 }, 'text..'],
  ['short strings', { type: 'string', maxLength: 2 }, 'te'],
  ['formats', { type: 'string', format: 'date' }, '2026-01-01'],
  ['booleans', { type: 'boolean' }, true],
  ['null', { type: 'null' }, null],
  ['constants', { const: 'x' }, 'x'],
  ['enums', { enum: [3, 4] }, 3],
  ['integers', { type: 'integer' }, 0],
  ['lower bounds', { type: 'integer', minimum: 2.5 }, 3],
  ['upper bounds', { type: 'integer', maximum: -2.5 }, -3],
  ['exclusive bounds', { type: 'integer', exclusiveMinimum: 2 }, 3],
  ['exclusive upper bounds', { type: 'integer', exclusiveMaximum: 0 }, -1],
  ['exclusive bounds of fractions', { type: 'number', exclusiveMinimum: 0, maximum: 1 }, 0.5],
  ['multiples', { type: 'integer', minimum: 7, multipleOf: 5 }, 10],
  ['lists of types', { type: ['integer', 'null'] }, 0],
  ['alternatives', { anyOf: [{ type: 'integer' }, { type: 'null' }] }, 0],
  [
    'intersections',
    { allOf: [{ type: 'object', properties: { a: { const: 1 } }, required: ['a'] }, { type: 'object' }] },
    { a: 1 },
  ],
  ['arrays', { type: 'array', items: { type: 'integer' } }, []],
  ['array lengths', { type: 'array', items: { type: 'integer' }, minItems: 2 }, [0, 0]],
  [
    'objects, required properties only',
    { type: 'object', properties: { a: { type: 'string' }, b: { type: 'string' } }, required: ['a'] },
    { a: 'text' },
  ],
  [
    'references',
    {
      $ref: '#/$defs/a~1b',
      $defs: { 'a/b': { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] } },
    },
    { n: 0 },
  ],
  [
    'recursion through an alternative',
    {
      $ref: '#/$defs/node',
      $defs: {
        node: {
          type: 'object',
          properties: { next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] } },
          required: ['next'],
        },
      },
    },
    { next: null },
  ],
];

for (const [name, schema, expected] of documents) {
  test(`a document satisfies ${name}`, () => assert.deepEqual(documentFor(schema), expected));
}

test('a reference that leads nowhere is refused', () => {
  assert.throws(() => documentFor({ $ref: '#/$defs/missing' }), /leads nowhere/);
});

test('a schema that requires itself is refused instead of followed for ever', () => {
  const node = { type: 'object', properties: { next: { $ref: '#/$defs/node' } }, required: ['next'] };
  assert.throws(() => documentFor({ ...node, $defs: { node } }), /no document of a reasonable size/);
});

test('a schema that asks for a huge document is refused', () => {
  const rows = { type: 'array', minItems: 1e9, items: { type: 'array', minItems: 1e9, items: {} } };
  assert.throws(() => documentFor(rows), /no document of a reasonable size/);
});
