import assert from 'node:assert/strict';
import type { StoredEvent } from '#journal/stored-event.ts';
import { auditOf, violatedPositions } from '#testkit/audit-of.ts';
import { bodyWith, doctored } from '#testkit/chained-log.ts';
import { at, sampleLog } from '#testkit/sample-log.ts';
import { test } from '#testkit/test.ts';

const log = sampleLog();
const chainAt = (position: number): Buffer => log[position - 1]?.chain ?? Buffer.alloc(0);
const changed = (position: number, change: (event: StoredEvent) => Partial<StoredEvent>): StoredEvent[] =>
  log.map((event) => (event.position === position ? { ...event, ...change(event) } : event));

test('a byte of a body changed in place is noticed where it was changed, and only there', async () => {
  const spaced = changed(at.keyCreated, (event) => ({ body: ` ${event.body}` }));
  assert.deepEqual(await violatedPositions(spaced), { I2: [at.keyCreated] });
});

test('a time changed in place is noticed', async () => {
  const later = changed(at.paidCharge, (event) => ({ recordedAtMs: event.recordedAtMs + 1 }));
  assert.deepEqual(await violatedPositions(later), { I2: [at.paidCharge] });
});

test('a chain hash changed in place is noticed there and at the next event', async () => {
  const other = changed(at.paidCharge, () => ({ chain: Buffer.alloc(32, 7) }));
  assert.deepEqual(await violatedPositions(other), { I2: [at.paidCharge, at.lostAdmitted] });
});

test('a log rewritten with a chain of its own is noticed by the head and by an anchor that was noted down', async () => {
  const rewritten = doctored(log, at.keyCreated, bodyWith({ name: 'desktop' }));
  assert.deepEqual(await auditOf(rewritten), {}, 'by itself it is sound');
  const anchors = [{ position: at.keyCreated, chain: chainAt(at.keyCreated) }];
  assert.deepEqual(await violatedPositions(rewritten, { anchors }), { I2: [at.keyCreated] });
  const head = { position: log.length, epoch: 1, chain: chainAt(log.length) };
  assert.deepEqual(await violatedPositions(rewritten, { head }), { I2: [log.length] });
});

test('an anchor behind the end of the log is noticed', async () => {
  const anchors = [{ position: 1_000, chain: chainAt(1) }];
  assert.deepEqual(await violatedPositions(log, { anchors }), { I2: [log.length] });
});
