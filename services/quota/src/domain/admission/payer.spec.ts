import assert from 'node:assert/strict';
import type { GatewayEvent } from '#contracts/events.ts';
import { userPayer } from '#contracts/payer.ts';
import { credited, debited, pricePublished } from '#testkit/events.ts';
import { describe, test } from '#testkit/test.ts';
import { accepted, refused, worldOf } from '../../memory/testing.ts';
import { NOW, request, world } from './testing.ts';

describe('the payer', () => {
  const team = credited('', 500n, { payerKind: 'team', payerId: 't' });
  const organisation = credited('', 500n, { payerKind: 'organisation', payerId: 'o' });
  const poor = world.filter(({ type }) => type !== 'BalanceCredited');
  const payerIn = (...events: readonly GatewayEvent[]) =>
    accepted(worldOf([...poor, ...events]).decide(request(), NOW)).event.data;

  test('is the nearest of user, team and organisation that was ever credited', () => {
    const payers = [[team], [organisation], [organisation, team], [organisation, team, credited('u', 100n)]].map(
      (events) => {
        const { payerKind, payerId } = payerIn(...events);
        return `${payerKind} ${payerId}`;
      },
    );
    assert.deepEqual(payers, ['team t', 'organisation o', 'team t', ' ']);
  });

  test('is the next again where all of a credit was taken back, as if it never was', () => {
    const undone = debited(userPayer('u'), 100n);
    assert.equal(payerIn(team, credited('u', 100n), undone).payerKind, 'team');
    assert.equal(payerIn(team, credited('u', 201n), undone).payerKind, '');
  });

  test('stays the nearest where its money is used up', () => {
    const { refusal } = refused(worldOf([...poor, organisation, credited('u', 99n)]).decide(request(), NOW));
    assert.equal(refusal.code, 'insufficient_balance');
  });

  test('is the user where none was credited, which pays for models that cost nothing', () => {
    const free = pricePublished('c/m', { outputPicoUsd: 0 });
    const { payerKind, payerId } = payerIn(free);
    assert.deepEqual([payerKind, payerId], ['', '']);
  });
});
