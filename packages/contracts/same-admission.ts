import type { Admission, PricedCandidate } from './quota.ts';

type Terms = Pick<Admission, 'eventId' | 'candidates' | 'holdNanoUsd' | 'outputTokensMax' | 'outputTokensBound'>;

/**
 * Whether two answers admit a request on the same terms. A request that began on one of them may go on with the other;
 * on other terms (another leader, who knows a newer price) it ran beyond what was set aside for it.
 */
export function isSameAdmission(a: Terms, b: Terms): boolean {
  return (
    a.eventId === b.eventId &&
    a.holdNanoUsd === b.holdNanoUsd &&
    a.outputTokensMax === b.outputTokensMax &&
    a.outputTokensBound === b.outputTokensBound &&
    a.candidates.length === b.candidates.length &&
    a.candidates.every((candidate, index) => isSameCandidate(candidate, b.candidates[index]))
  );
}

function isSameCandidate(a: PricedCandidate, b: PricedCandidate | undefined): boolean {
  return (
    a.provider === b?.provider && a.model === b.model && a.priceKey === b.priceKey && a.priceVersion === b.priceVersion
  );
}
