import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
import { TeamSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { Fault } from '#errors/fault.ts';
import { wrap } from '#registry/kinds.ts';
import { test } from '#testkit/test.ts';
import { answeredWhole } from './changed-resource.ts';

const team = { case: 'team', value: create(TeamSchema, { id: 't', name: 'Red' }) } as const;
const answer = { resource: wrap(team), version: 3n };

function dependenciesWith(balancesOf: () => Promise<never[]>) {
  const never = () => Promise.reject(new Error('not asked'));
  const neighbours = () => ({ moneyAndLimits: { balancesOf, debit: never, limitStates: never, heldInAll: never } });
  return { neighbours, nowMs: 0 } as unknown as Parameters<typeof answeredWhole>[0];
}

test('a change is answered though the service that knows the balance is away: it is made', async () => {
  const away = dependenciesWith(() => Promise.reject(new Fault({ code: 'unavailable', message: 'Quota is away.' })));
  const { resource, version } = await answeredWhole(away, answer);
  assert.deepEqual([version, resource.resource.case === 'team' && resource.resource.value.name], [3n, 'Red']);
});

test('what breaks in any other way is told', async () => {
  const broken = dependenciesWith(() => Promise.reject(new Error('a bug')));
  await assert.rejects(answeredWhole(broken, answer), /a bug/);
  assert.deepEqual(await answeredWhole(broken, {}), {}, 'nothing is left to be shown');
});
