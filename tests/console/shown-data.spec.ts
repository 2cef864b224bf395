import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { runAll } from '../../console/src/ui/bulk/run-all.ts';
import { csv } from '../../console/src/ui/csv.ts';
import { flatRows } from '../../console/src/ui/flat-rows.ts';
import { nanoUsdIn, usdOf } from '../../console/src/ui/nano-usd.ts';

test('amounts are read and written to the nano-dollar, and what is no amount is refused', () => {
  for (const [text, nanos, shown] of [
    ['10.1', 10_100_000_000n, '10.1'],
    ['-0.000000001', -1n, '-0.000000001'],
    ['+3', 3_000_000_000n, '3'],
    ['999999999999.999999999', 999_999_999_999_999_999_999n, '999999999999.999999999'],
  ] as const) {
    assert.equal(nanoUsdIn(text), nanos);
    assert.equal(usdOf(nanos), shown);
  }
  assert.equal(usdOf(0n), '0');
  for (const text of ['', 'ten', '1e3', '0.0000000001', '1,5', '--1', '.5']) assert.throws(() => nanoUsdIn(text), text);
});

test('rows become a table of all their fields, and no cell is a formula', () => {
  const rows = [
    { id: 'a', subject: { kind: 'user', id: 'u' }, tags: ['x', 'y'], keys: [{ id: 'k' }] },
    { id: '=1+1', amount: 5, subject: null },
  ];
  assert.deepEqual(flatRows(rows), [
    ['id', 'subject.kind', 'subject.id', 'tags', 'amount', 'subject'],
    ['a', 'user', 'u', 'x; y', null, null],
    ['=1+1', null, null, null, 5, null],
  ]);
  assert.equal(csv([['=1+1', '-5', 'a,"b"']]), `'=1+1,-5,"a,""b"""\r\n`);
});

test('many run a few at once: one that fails stops none, and after an abort none is begun', async () => {
  let running = 0;
  let most = 0;
  const control = new AbortController();
  const outcomes = new Map<number, string>();
  const run = async (item: number): Promise<number> => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
    if (item === 3) throw new Error('three');
    if (item === 20) control.abort();
    return item;
  };
  const items = Array.from({ length: 40 }, (_, at) => at);
  await runAll(items, { run, signal: control.signal, onOutcome: (item, { state }) => outcomes.set(item, state) });
  assert.ok(most > 1 && most <= 4, String(most));
  assert.equal(outcomes.get(3), 'failed');
  assert.equal(outcomes.get(19), 'done');
  assert.ok(outcomes.size > 20 && outcomes.size < 30, String(outcomes.size));
  assert.ok([...outcomes.values()].every((state) => state !== 'running'));
});
