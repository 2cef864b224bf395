import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import type { StandsInFor } from '#contracts/routing.ts';
import { test } from '#testkit/test.ts';
import { anyRequest } from './any-request.ts';
import type { KnownCandidate } from './known-candidate.ts';
import { sift, unfitness } from './sift.ts';

const ROUNDS = 5_000;

const pick = <T>(from: readonly T[]): T => from[randomInt(from.length)] as T;

/** Candidates of the model that was asked for, and of up to three stages behind them. */
function someCandidates(): readonly KnownCandidate[] {
  let names = 0;
  return Array.from({ length: 1 + randomInt(4) }, (_, stage) => stage).flatMap((stage) => {
    const standsInFor = stage === 0 ? '' : pick<StandsInFor>(['', 'context_window', 'content_policy']);
    return Array.from({ length: 1 + randomInt(3) }, (): KnownCandidate => {
      names += 1;
      const place = { ...(stage === 0 ? {} : { stage }), ...(standsInFor === '' ? {} : { standsInFor }) };
      return {
        candidate: { provider: `p${names}`, model: 'm', priceKey: 'k', ...place },
        region: pick(['', 'eu', 'us']),
        modalities: pick([[], ['text'], ['text', 'image']]),
        capabilities: pick([[], ['tools'], ['tools', 'reasoning']]),
        promptTokensMax: pick([0, 100, 1_000]),
        group: 0,
      };
    });
  });
}

test('whatever is asked, every candidate is kept or left out, none out of the region is kept, and one can be asked first', () => {
  for (let round = 0; round < ROUNDS; round++) {
    const candidates = someCandidates();
    const request = {
      ...anyRequest(0),
      region: pick(['', '', 'eu']),
      modalities: pick([[], ['image'], ['audio']]),
      capabilities: pick([[], ['tools'], ['reasoning']]),
      promptTokensEstimate: pick([0, 100, 101, 5_000]),
    };
    const told = JSON.stringify({ candidates, request });
    const { kept, leftOut } = sift(candidates, request);
    const [keptNames, leftOutNames] = [
      kept.map(({ candidate }) => candidate.provider),
      leftOut.map((each) => each.provider),
    ];
    assert.ok(
      keptNames.every((name) => !leftOutNames.includes(name)),
      told,
    );
    assert.ok(
      kept.every(({ region }) => request.region === '' || region === request.region),
      told,
    );
    assert.ok(
      leftOut.every(({ reason }) => reason !== ''),
      told,
    );
    const isFirst = ({ candidate: { stage = 0, standsInFor = '' } }: KnownCandidate) =>
      stage === 0 && standsInFor === '';
    if (kept.length > 0) assert.equal(keptNames.length + leftOutNames.length, candidates.length, told);
    if (kept.length > 0 || request.region === '') assert.ok(kept.some(isFirst), told);
    const isDoubted = (known: KnownCandidate): boolean => unfitness(known, request) !== '';
    const asked = kept.filter((known) => candidates.some((each) => each === known && isFirst(each)));
    assert.ok(!asked.some(isDoubted) || asked.every(isDoubted), `doubts are about all of them or none: ${told}`);
    assert.ok(!kept.some((known) => isDoubted(known) && !asked.includes(known)), `later stages are sure: ${told}`);
  }
});
