import assert from 'node:assert/strict';
import type { RouteRequest } from '#contracts/routing.ts';
import { policy } from '#testkit/policy.ts';
import { test } from '#testkit/test.ts';
import { anyRequest } from './any-request.ts';
import type { RouteCaller } from './caller.ts';
import type { ResourceOf } from './kinds.ts';
import { routeFinder } from './routes.ts';

type Fields = Parameters<typeof policy.route>[0];

const NOW_MS = Date.parse('2026-11-28T12:00:00Z');
const nobody: RouteCaller = { userId: 'u', keyId: '', teamId: '', tags: [] };
const plain = anyRequest(NOW_MS);

const routeOf = (fields: Fields): ResourceOf<'route'> => policy.route({ id: 'r', models: ['*'], ...fields }).value;

function look(fields: Fields, caller: Partial<RouteCaller>, request: Partial<RouteRequest>) {
  const finder = routeFinder([routeOf(fields)]);
  const asked = ['m', { ...nobody, ...caller }, { ...plain, ...request }] as const;
  const [seen] = finder.looks(...asked);
  assert.equal(finder.find(...asked) !== undefined, seen?.mismatch === '', 'find and looks agree');
  return seen?.mismatch;
}

/** A condition, who and what it holds for, and who and what it does not. Each side has a caller and a request. */
type Side = readonly [Partial<RouteCaller>, Partial<RouteRequest>];
const conditions: readonly (readonly [string, Fields, readonly Side[], readonly Side[]])[] = [
  ['', {}, [[{}, {}]], []],
  ['status', { status: 'disabled' }, [], [[{}, {}]]],
  ['models', { models: ['gpt-*'] }, [], [[{}, {}]]],
  [
    'teams',
    { teams: ['t'] },
    [[{ teamId: 't' }, {}]],
    [
      [{ teamId: 'other' }, {}],
      [{}, {}],
    ],
  ],
  ['users', { users: ['v'] }, [[{ userId: 'v' }, {}]], [[{}, {}]]],
  [
    'keys',
    { keys: ['k'] },
    [[{ keyId: 'k' }, {}]],
    [
      [{ keyId: 'other' }, {}],
      [{}, {}],
    ],
  ],
  [
    'tags',
    { tags: ['a', 'b'] },
    [[{ tags: ['x', 'b'] }, {}]],
    [
      [{ tags: ['x'] }, {}],
      [{}, {}],
    ],
  ],
  [
    'teams, keys',
    { teams: ['t'], keys: ['k'] },
    [
      [{ teamId: 't' }, {}],
      [{ keyId: 'k' }, {}],
    ],
    [[{ userId: 't', tags: ['k'] }, {}]],
  ],
  [
    'headers',
    {
      headers: [
        { name: 'X-Team', value: 'blue*' },
        { name: 'x-env', value: 'prod' },
      ],
    },
    [
      [{}, { headers: { 'x-team': 'blue-1', 'x-env': 'prod' } }],
      [{}, { headers: { 'x-team': ['red', 'blue'], 'x-env': ['prod'] } }],
    ],
    [
      [{}, { headers: { 'x-team': 'blue' } }],
      [{}, { headers: { 'x-team': 'red', 'x-env': 'prod' } }],
      [{}, { headers: { 'x-team': 'Blue', 'x-env': 'prod' } }],
      [{}, {}],
    ],
  ],
  ['headers', { headers: [{ name: 'constructor', value: '*' }] }, [], [[{}, {}]]],
  [
    'prompt_tokens_min',
    { promptTokensMin: 100 },
    [[{}, { promptTokensEstimate: 100 }]],
    [[{}, { promptTokensEstimate: 99, promptTokensBound: 1_000 }]],
  ],
  [
    'prompt_tokens_max',
    { promptTokensMax: 100 },
    [[{}, { promptTokensEstimate: 100, promptTokensBound: 1_000 }]],
    [[{}, { promptTokensEstimate: 101 }]],
  ],
  [
    'modalities',
    { modalities: ['image', 'audio'] },
    [[{}, { modalities: ['file', 'audio'] }]],
    [
      [{}, { modalities: ['file'] }],
      [{}, {}],
    ],
  ],
  [
    'capabilities',
    { capabilities: ['tools'] },
    [[{}, { capabilities: ['reasoning', 'tools'] }]],
    [
      [{}, { capabilities: ['reasoning'] }],
      [{}, {}],
    ],
  ],
  [
    'regions',
    { regions: ['eu', 'ch'] },
    [[{}, { region: 'ch' }]],
    [
      [{}, { region: 'us' }],
      [{}, {}],
    ],
  ],
  ['share_percent', { sharePercent: '0' }, [], [[{}, { shareKey: 's' }]]],
  ['share_percent', { sharePercent: '99.99' }, [], [[{}, {}]]],
  ['', { sharePercent: '100' }, [[{}, {}]], []],
  [
    'hours',
    { hours: [{ days: ['sat'], from: '12:00', to: '13:00', timeZone: 'Europe/Berlin' }] },
    [[{}, { nowMs: NOW_MS - 1 }]],
    [[{}, {}]],
  ],
  ['starts_at', { startsAt: '2026-11-28T12:00:00Z' }, [[{}, {}]], [[{}, { nowMs: NOW_MS - 1 }]]],
  ['ends_at', { endsAt: '2026-11-28T13:00:00+01:00' }, [[{}, { nowMs: NOW_MS - 1 }]], [[{}, {}]]],
];

for (const [field, fields, fitting, others] of conditions) {
  test(`a route with ${JSON.stringify(fields)} fits what its ${field || 'model'} says, and nothing else`, () => {
    for (const [caller, request] of fitting) assert.equal(look(fields, caller, request), '');
    for (const [caller, request] of others) assert.equal(look(fields, caller, request), field);
  });
}

test('a key that is not known is not the key of an empty name', () => {
  assert.equal(look({ keys: [''], teams: [''] }, {}, {}), 'teams, keys');
});

test('all conditions have to hold, and the first that does not is named', () => {
  const fields = { teams: ['t'], regions: ['eu'], capabilities: ['tools'] };
  assert.equal(look(fields, { teamId: 't' }, { region: 'eu', capabilities: ['tools'] }), '');
  assert.equal(look(fields, { teamId: 't' }, { region: 'us', capabilities: [] }), 'regions');
  assert.equal(look(fields, { teamId: 't' }, { region: 'eu', capabilities: [] }), 'capabilities');
});

test('routes are looked at in their order, equal ones by their ids, up to the one that fits', () => {
  const finder = routeFinder([
    routeOf({ id: 'late', order: 9 }),
    routeOf({ id: 'b', order: 1, models: ['claude'] }),
    routeOf({ id: 'c', order: 1, teams: ['t'] }),
    routeOf({ id: 'a', order: 1, models: ['gpt-*', 'my-*'], regions: ['eu'] }),
    routeOf({ id: 'fits', order: 2, models: ['x', 'gpt-*-*'] }),
  ]);
  assert.deepEqual(finder.looks('gpt-4o-mini', nobody, plain), [
    { routeId: 'a', mismatch: 'regions' },
    { routeId: 'b', mismatch: 'models' },
    { routeId: 'c', mismatch: 'teams' },
    { routeId: 'fits', mismatch: '' },
  ]);
  const found = finder.find('gpt-4o-mini', nobody, plain);
  assert.deepEqual([found?.route.id, found?.captures], ['fits', ['4o', 'mini']]);
  assert.equal(finder.find('claude', { ...nobody, teamId: 't' }, plain)?.route.id, 'b');
});
