import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { documentText } from './document-text.ts';

test('fields that say something have a line each, and a list of whole things is a table below them', () => {
  const document = {
    route_id: 'eu',
    strategy: null,
    tags: ['x', 'y'],
    candidates: [
      { provider: 'a', model: 'm', tier: 0, reason: '' },
      { provider: 'bb', model: 'm', tier: 1, reason: '' },
    ],
    left_out: [],
  };
  assert.equal(
    documentText(document),
    [
      'route_id  eu',
      'tags      x, y',
      '',
      'CANDIDATES',
      'PROVIDER  MODEL  TIER',
      'a         m      0',
      'bb        m      1',
    ].join('\n'),
  );
});

test('lists within the items of a list have a table of their own, whose lines name the item', () => {
  const document = {
    providers: [
      { id: 'a', state: 'open', deployments: [{ account: 'eu', model: 'm', state: 'open' }] },
      { id: 'b', state: 'closed', deployments: [] },
      { id: 'c', state: 'closed', deployments: [{ account: '', model: 'n', state: 'closed' }] },
    ],
  };
  assert.equal(
    documentText(document),
    [
      'PROVIDERS',
      'ID  STATE',
      'a   open',
      'b   closed',
      'c   closed',
      '',
      'DEPLOYMENTS',
      'PROVIDER  ACCOUNT  MODEL  STATE',
      'a         eu       m      open',
      'c                  n      closed',
    ].join('\n'),
  );
});
