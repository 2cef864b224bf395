import assert from 'node:assert/strict';
import { resourceSet } from '#testkit/policy-events.ts';
import { test } from '#testkit/test.ts';
import { callerOf } from './caller.ts';
import { createRegistry } from './registry.ts';

const registry = createRegistry();
registry.take(
  [
    resourceSet('team', { id: 't', tags: ['t-tag'] }),
    resourceSet('user', { id: 'member', teamId: 't', tags: ['u-tag'] }),
    resourceSet('user', { id: 'alone' }),
    resourceSet('key', { id: 'k', userId: 'member', tags: ['k-tag'] }),
  ].map((event, index) => ({ ...event, position: index + 1 })),
);

test('routes see the user, its team, and the tags of user, key and team', () => {
  const caller = callerOf(registry, { userId: 'member', keyId: 'k', teamId: '' });
  assert.deepEqual(caller, { userId: 'member', keyId: 'k', teamId: 't', tags: ['u-tag', 'k-tag', 't-tag'] });
});

test('routes see the team that a token names for a user in no team, and no other than the own of one that is in a team', () => {
  const teamOf = (userId: string, teamId: string) => callerOf(registry, { userId, keyId: '', teamId });
  assert.deepEqual(teamOf('alone', 't'), { userId: 'alone', keyId: '', teamId: 't', tags: ['t-tag'] });
  assert.deepEqual(teamOf('alone', ''), { userId: 'alone', keyId: '', teamId: '', tags: [] });
  assert.equal(teamOf('member', 'x').teamId, 't');
});
