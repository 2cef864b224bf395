import assert from 'node:assert/strict';
import { newId } from '#kernel/ids.ts';
import { test } from '#testkit/test.ts';
import { trafficShare } from './traffic-share.ts';

const KEYS = 10_000;
/** Five standard deviations of a share of 10,000 keys: one run in a million is further off. */
const deviationMax = (share: number): number => 5 * Math.sqrt(KEYS * share * (1 - share));

const ids = Array.from({ length: KEYS }, () => newId());
const numbers = Array.from({ length: KEYS }, (_, index) => `user-${index}`);

test('a share of the keys is within the share, whatever keys look like', () => {
  for (const keys of [ids, numbers]) {
    for (const [percent, share] of [
      ['0.01', 0.0001],
      ['5', 0.05],
      ['12.25', 0.1225],
      ['50', 0.5],
      ['99', 0.99],
    ] as const) {
      const within = keys.filter(trafficShare(percent, 'canary')).length;
      const off = Math.abs(within - KEYS * share);
      assert.ok(off <= deviationMax(share), `${within} of ${KEYS} for ${percent} %`);
    }
  }
});

test('a key is always on the same side, and stays in while the share grows', () => {
  const [five, again, ten] = [trafficShare('5', 'r'), trafficShare('5', 'r'), trafficShare('10', 'r')];
  for (const key of numbers) {
    assert.equal(five(key), again(key));
    if (five(key)) assert.ok(ten(key));
  }
});

test('the side of a key at one route says nothing of its side at another', () => {
  const [a, b] = [trafficShare('20', 'route-a'), trafficShare('20', 'route-b')];
  const both = numbers.filter((key) => a(key) && b(key)).length;
  assert.ok(Math.abs(both - KEYS * 0.04) <= deviationMax(0.04), `${both} of ${KEYS} are in both`);
});

test('the whole has every key, nothing has none, and an unknown key is in the whole alone', () => {
  assert.ok(trafficShare('', 'r')('') && trafficShare('100', 'r')('') && trafficShare('100.00', 'r')('k'));
  assert.ok(numbers.every((key) => !trafficShare('0', 'r')(key)));
  assert.ok(!trafficShare('99.99', 'r')(''));
  assert.ok(
    numbers.every((key) => !trafficShare('half', 'r')(key)),
    'what cannot be read is nothing',
  );
});
