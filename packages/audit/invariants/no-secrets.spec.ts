import assert from 'node:assert/strict';
import { auditOf } from '#testkit/audit-of.ts';
import { bodyWith, doctored } from '#testkit/chained-log.ts';
import { at, sampleLog } from '#testkit/sample-log.ts';
import { test } from '#testkit/test.ts';

test('a key in a body is noticed, and the report does not repeat it', async () => {
  const keys = [`ak_${'Ab3'.repeat(21)}x`, `sk-ant-${'q7'.repeat(20)}`, `sk-proj-${'q7'.repeat(20)}`];
  for (const key of keys) {
    const leaked = doctored(sampleLog(), at.keyCreated, bodyWith({ name: `my key ${key}` }));
    const { I18, ...others } = await auditOf(leaked);
    assert.deepEqual(others, {});
    assert.equal(I18?.[0]?.position, at.keyCreated);
    assert.ok(!JSON.stringify(I18).includes(key.slice(0, 12)));
  }
});
