import assert from 'node:assert/strict';
import { GENESIS } from '#journal/chain.ts';
import { auditOf } from '#testkit/audit-of.ts';
import { sampleLog } from '#testkit/sample-log.ts';
import { test } from '#testkit/test.ts';
import { logInvariants } from './invariants.ts';
import { verifyLog } from './verify-log.ts';

const log = sampleLog();
const head = { position: log.length, epoch: 1, chain: log.at(-1)?.chain ?? GENESIS };

test('a sound log violates nothing', async () => {
  assert.deepEqual(await auditOf(log, { head }), {});
});

test('every invariant looks at something in the sample log', async () => {
  const report = await verifyLog({
    batches: [log.slice(0, 7), log.slice(7)],
    invariants: logInvariants([]),
    head,
    nowMs: undefined,
    violationsKeptMax: 10,
  });
  for (const { id, checked } of report.results) assert.ok(checked > 0, id);
  assert.equal(report.events, log.length);
  assert.equal(report.lastPosition, log.length);
  assert.deepEqual(report.lastChain, head.chain);
});

test('an empty log violates nothing, unless the head says that there was one', async () => {
  assert.deepEqual(await auditOf([], { head: { position: 0, epoch: 0, chain: GENESIS } }), {});
  assert.deepEqual(Object.keys(await auditOf([], { head })), ['I1', 'I2']);
});

test('the first violations are kept and all are counted', async () => {
  const report = await verifyLog({
    batches: [log.map((event) => ({ ...event, body: '{' }))],
    invariants: logInvariants([]),
    head: undefined,
    nowMs: undefined,
    violationsKeptMax: 3,
  });
  const shapes = report.results.find((result) => result.id === 'I19');
  assert.equal(shapes?.violationCount, log.length);
  assert.equal(shapes?.violations.length, 3);
  assert.equal(report.isVerified, false);
});

test('a check that throws is a violation and does not stop the others', async () => {
  const report = await verifyLog({
    batches: [log],
    invariants: [
      { id: 'X', title: 'throws', start: () => ({ onEvent: () => BigInt('no number') }) },
      ...logInvariants([]),
    ],
    head,
    nowMs: undefined,
    violationsKeptMax: 1,
  });
  assert.equal(report.results[0]?.violationCount, log.length);
  assert.ok(report.results.slice(1).every((result) => result.violationCount === 0));
});
