import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
import { VerifyRangeRequestSchema, VerifyRangeResponseSchema } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { Fault } from '#errors/fault.ts';
import type { StoredEvent } from '#journal/stored-event.ts';
import { rechained } from '#testkit/chained-log.ts';
import { at, sampleLog } from '#testkit/sample-log.ts';
import { storedLogOf } from '#testkit/stored-log.ts';
import { test } from '#testkit/test.ts';
import { verifyRange } from './verify-range.ts';

async function verified(events: readonly StoredEvent[], after = 0, chain = '', limit = 5) {
  const request = create(VerifyRangeRequestSchema, { after: BigInt(after), chain, limit });
  return create(VerifyRangeResponseSchema, await verifyRange(storedLogOf(events), request));
}

const log = sampleLog();
const last = log.at(-1);

test('ranges that each begin where the one before ended are the whole log, and end at its head', async () => {
  let [after, chain, checked] = [0, '', 0];
  for (;;) {
    const range = await verified(log, after, chain);
    assert.deepEqual(range.violations, []);
    [after, chain, checked] = [Number(range.position), range.chain, checked + range.checked];
    if (range.isAtHead) break;
  }
  assert.deepEqual([after, checked, chain], [log.length, log.length, last?.chain.toString('hex')]);
});

test('an event that was changed shows in its range alone', async () => {
  const changed = log.map((event) => (event.position === at.paidUsage ? { ...event, body: `${event.body} ` } : event));
  const { violations, violationCount } = await verified(changed, 5);
  assert.deepEqual([violationCount, violations[0]?.rule, violations[0]?.position], [1n, 'I2', BigInt(at.paidUsage)]);
  assert.deepEqual((await verified(changed, 10)).violations, []);
});

test('a log that was rewritten whole, its chain with it, shows to who goes on from an earlier answer', async () => {
  const first = await verified(log, 0, '', at.paidCharge);
  const rewritten = rechained(
    log.map((event) => (event.position === at.userCreated ? { ...event, body: `${event.body} ` } : event)),
  );
  assert.deepEqual((await verified(rewritten, at.paidCharge)).violations, []);
  assert.equal((await verified(rewritten, at.paidCharge, first.chain)).violations[0]?.rule, 'I2');
  const whole = await verified(log, 0, '', log.length);
  assert.equal((await verified(rewritten, log.length, whole.chain)).violationCount, 1n);
});

test('an event that was taken out shows, and so does an end that was cut off', async () => {
  const without = log.filter(({ position }) => position !== at.lostAdmitted);
  assert.ok((await verified(without, 5, '', 5)).violations.some(({ rule }) => rule === 'I1'));
  const cut = { ...storedLogOf(log.slice(0, -1)), storedHead: storedLogOf(log).storedHead };
  const request = create(VerifyRangeRequestSchema, { limit: 100 });
  const { violations = [] } = await verifyRange(cut, request);
  assert.ok(violations.some(({ rule }) => rule === 'I1'));
});

test('a range behind the head, and a chain that is none, are refused by their fields', async () => {
  const refusedBy = (param: string) => (thrown: unknown) => thrown instanceof Fault && thrown.refusal.param === param;
  await assert.rejects(verified(log, 1_000), refusedBy('after'));
  await assert.rejects(verified(log, 1, 'xyz'), refusedBy('chain'));
});
