import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { readModelList } from './read-model-list.ts';

const read = (document: unknown) => readModelList(JSON.stringify(document));

test('every form of a list that providers have is read', () => {
  for (const document of [
    { object: 'list', data: [{ id: 'a' }, { id: 'b' }] },
    [{ id: 'a' }, { id: 'b' }],
    { models: [{ name: 'models/a' }, { name: 'models/b' }] },
    { data: [{ id: 'a' }, { id: 'b' }], has_more: false, last_id: 'b' },
  ]) {
    assert.deepEqual(read(document), { models: ['a', 'b'], next: null });
  }
  assert.deepEqual(read({ data: [] }), { models: [], next: null });
});

test('the next page is asked for as its provider wants it', () => {
  assert.deepEqual(read({ data: [{ id: 'a' }], has_more: true, last_id: 'a' })?.next, { after_id: 'a' });
  assert.deepEqual(read({ models: [{ name: 'a' }], nextPageToken: 't' })?.next, { pageToken: 't' });
  assert.equal(read({ data: [{ id: 'a' }], has_more: true })?.next, null);
});

test('what is no list is none, and what is no name is left out', () => {
  for (const text of ['<html>', '', '7', 'null', '{"data":{}}', '{"error":{"message":"no"}}', '{"data":[1,{}]}']) {
    assert.equal(readModelList(text), null, text);
  }
  const names = ['good', 'x'.repeat(201), 'two\nlines', '\u202egpt', '', 7, null];
  assert.deepEqual(read({ data: names.map((id) => ({ id })) })?.models, ['good']);
});
