import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
import { RouteHoursSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { test } from '#testkit/test.ts';
import type { ResourceOf } from './kinds.ts';
import { hoursTest } from './route-hours.ts';

type Hours = Partial<Omit<ResourceOf<'route'>['hours'][number], '$typeName'>>;

/** Whether each of some times of UTC is within hours. 28 November 2026 is a Saturday. */
function within(hours: readonly Hours[], ...times: readonly string[]): boolean[] {
  const test = hoursTest(hours.map((each) => create(RouteHoursSchema, each)));
  return times.map((time) => test(Date.parse(`2026-11-${time}Z`)));
}

test('hours begin with their first minute and end before their last', () => {
  const office = [{ from: '08:00', to: '18:00' }];
  assert.deepEqual(within(office, '28T07:59:59', '28T08:00', '28T17:59:59', '28T18:00'), [false, true, true, false]);
  assert.deepEqual(within([{ from: '20:00' }], '28T19:59', '28T20:00', '28T23:59', '29T00:00'), [
    false,
    true,
    true,
    false,
  ]);
  assert.deepEqual(within([{ to: '06:00' }], '28T00:00', '28T05:59', '28T06:00'), [true, true, false]);
  assert.deepEqual(within([{}], '28T00:00', '28T23:59'), [true, true]);
});

test('hours past midnight belong to the day on which they begin', () => {
  const nights = [{ days: ['sat'], from: '22:00', to: '06:00' }];
  const times = ['27T23:00', '28T05:00', '28T21:59', '28T22:00', '29T05:59', '29T06:00', '29T22:00'];
  assert.deepEqual(within(nights, ...times), [false, false, false, true, true, false, false]);
  assert.deepEqual(within([{ from: '22:00', to: '06:00' }], '28T05:00', '28T12:00', '28T23:00'), [true, false, true]);
  assert.deepEqual(within([{ days: ['sun'], from: '22:00', to: '00:00' }], '29T23:59', '30T00:00'), [true, false]);
});

test('days are those of the time zone, and one of several hours is enough', () => {
  const berlin = [{ days: ['sun'], timeZone: 'Europe/Berlin' }];
  assert.deepEqual(within(berlin, '28T22:59', '28T23:00', '29T22:59', '29T23:00'), [false, true, true, false]);
  const two = [
    { from: '08:00', to: '09:00' },
    { from: '10:00', to: '11:00', timeZone: 'Asia/Tokyo' },
  ];
  assert.deepEqual(within(two, '28T08:30', '28T01:30', '28T10:30'), [true, true, false]);
});

test('hours that cannot be read hold never', () => {
  for (const hours of [{ from: '8' }, { to: '25:00' }, { timeZone: 'Mars/Olympus' }]) {
    assert.deepEqual(within([hours], '28T00:00', '28T08:00', '28T23:00'), [false, false, false]);
  }
});
