import assert from 'node:assert/strict';
import type { AdmitRequest } from '#contracts/quota.ts';
import { credited } from '#testkit/events.ts';
import { resourceRemoved, resourceSet } from '#testkit/policy-events.ts';
import { describe, test } from '#testkit/test.ts';
import { accepted, refused, worldOf } from '../../memory/testing.ts';
import { admit, limit, NOW, request, world } from './testing.ts';

/** A user in no team and without money, whose token names team t of organisation o. */
const alone = { userId: 'alone', keyId: '', teamId: 't' };
const named = (fields: Partial<AdmitRequest> = {}): AdmitRequest => request({ ...alone, ...fields });

const ofTeam = [...world, resourceSet('user', { id: 'alone', status: 'active' })];
const paid = [...ofTeam, credited('', 500n, { payerKind: 'team', payerId: 't' })];

describe('the team that a token names', () => {
  test('pays for a user in no team, and its organisation where the team was never credited', () => {
    const payerOf = (events: typeof paid) => {
      const { payerKind, payerId } = accepted(worldOf(events).decide(named(), NOW)).event.data;
      return `${payerKind} ${payerId}`;
    };
    assert.equal(payerOf(paid), 'team t');
    assert.equal(
      payerOf([...ofTeam, credited('', 500n, { payerKind: 'organisation', payerId: 'o' })]),
      'organisation o',
    );
    assert.equal(payerOf([...paid, credited('alone', 100n)]), ' ');
    assert.equal(refused(worldOf(paid).decide(named({ teamId: '' }), NOW)).refusal.code, 'insufficient_balance');
  });

  test('counts with its limits, its tags and its organisation, and no other team does', () => {
    for (const subject of ['team t', 'organisation o', 'tag t-tag', 'tag o-tag']) {
      const [kind = '', id = ''] = subject.split(' ');
      const limited = worldOf([...paid, credited('alone', 500n), limit({ subject: { kind, id } })]);
      assert.equal(refused(limited.decide(named(), NOW)).refusal.code, 'quota_exceeded', subject);
      assert.equal(limited.decide(named({ teamId: '' }), NOW).kind, 'accepted', subject);
    }
  });

  test('is refused where there is none of that id, where it is not the own of a user in a team, and while it is suspended', () => {
    const refusalOf = (asked: AdmitRequest, ...events: typeof paid) =>
      refused(worldOf([...paid, ...events]).decide(asked, NOW)).refusal;
    assert.match(refusalOf(named({ teamId: 'x' })).message, /^The token's team is not the one/);
    assert.equal(refusalOf(named(), resourceRemoved('team', 't')).code, 'invalid_api_key');
    const other = resourceSet('team', { id: 'other', status: 'active' });
    assert.equal(refusalOf(request({ teamId: 'other' }), other).code, 'invalid_api_key');
    assert.equal(refusalOf(named(), resourceSet('team', { id: 't', status: 'suspended' })).code, 'key_not_allowed');
    assert.equal(worldOf(paid).decide(request({ teamId: 't' }), NOW).kind, 'accepted');
  });

  test('does not move the days of the user’s own limits: those of two time zones in turn would begin anew twice a day', () => {
    const own = limit({ id: 'own', subject: { kind: 'user', id: 'alone' }, amount: '2' });
    const team = limit({ id: 'team', subject: { kind: 'team', id: 't' }, amount: '9' });
    const decisions = worldOf([...paid, credited('alone', 500n), own, team]);
    const { reservations } = admit(decisions, 'a', alone);
    assert.deepEqual(
      reservations.map(({ limitId, startMs }) => [limitId, new Date(startMs).toISOString()]),
      [
        ['own', '2024-06-12T00:00:00.000Z'],
        ['team', '2024-06-12T22:00:00.000Z'],
      ],
    );
    admit(decisions, 'b', { ...alone, teamId: '' });
    assert.equal(refused(decisions.decide(named(), NOW)).refusal.code, 'quota_exceeded');
  });
});
