import type { EventCandidate } from './events.ts';
import type { ModelCandidate, PricedCandidate } from './quota.ts';
import type { CandidatePlace, StandsInFor } from './routing.ts';

/** A place as it crosses and is kept: what says nothing is left out. */
export interface WrittenPlace {
  tier?: number;
  weight?: number;
  stage?: number;
  standsInFor?: string;
  contextTokens?: number;
}

export function placeToEvent(place: CandidatePlace): WrittenPlace {
  const written: WrittenPlace = {};
  if (place.tier) written.tier = place.tier;
  if (place.weight) written.weight = place.weight;
  if (place.stage) written.stage = place.stage;
  if (place.standsInFor) written.standsInFor = place.standsInFor;
  if (place.contextTokens) written.contextTokens = place.contextTokens;
  return written;
}

/** A failure that a later gateway names stands for any: the candidate is tried where nothing else is left. */
export function placeFromEvent(written: Readonly<WrittenPlace>): CandidatePlace {
  const { standsInFor, ...place } = placeToEvent(written as CandidatePlace);
  return isStandsInFor(standsInFor) ? { ...place, standsInFor } : place;
}

/** A candidate as the log and the bus have it. */
export function candidateToEvent(candidate: PricedCandidate): EventCandidate {
  const { provider, model, priceKey, priceVersion, likelyCostNanoUsd } = candidate;
  const cost = likelyCostNanoUsd === undefined ? {} : { likelyCostNanoUsd };
  return { provider, model, priceKey, priceVersion, ...placeToEvent(candidate), ...cost };
}

export function candidateFromEvent(written: EventCandidate): PricedCandidate {
  const { provider, model, priceKey, priceVersion, likelyCostNanoUsd } = written;
  const cost = likelyCostNanoUsd === undefined ? {} : { likelyCostNanoUsd };
  return { provider, model, priceKey, priceVersion, ...placeFromEvent(written), ...cost };
}

/** A candidate that has no price yet. */
export function unpricedToEvent(candidate: ModelCandidate) {
  const { provider, model, priceKey } = candidate;
  return { provider, model, priceKey, ...placeToEvent(candidate) };
}

function isStandsInFor(text: string | undefined): text is StandsInFor {
  return text === 'context_window' || text === 'content_policy';
}
