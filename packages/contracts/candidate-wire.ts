import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { candidateFromEvent, candidateToEvent, placeFromEvent, unpricedToEvent } from './candidate.ts';
import type { CandidateSchema } from './gen/gateway/events/v1/quota_pb.js';
import type { ModelCandidate, PricedCandidate } from './routing.ts';

/* Candidates as gRPC has them. */

type WireCandidate = MessageInitShape<typeof CandidateSchema>;

export function pricedToWire(candidate: PricedCandidate): WireCandidate {
  const { likelyCostNanoUsd, ...rest } = candidateToEvent(candidate);
  return likelyCostNanoUsd === undefined ? rest : { ...rest, likelyCostNanoUsd: BigInt(likelyCostNanoUsd) };
}

export function pricedFromWire(wire: MessageShape<typeof CandidateSchema>): PricedCandidate {
  const { likelyCostNanoUsd, $typeName: _name, ...rest } = wire;
  const cost = likelyCostNanoUsd === undefined ? {} : { likelyCostNanoUsd: String(likelyCostNanoUsd) };
  return candidateFromEvent({ ...rest, ...cost });
}

export function unpricedToWire(candidate: ModelCandidate): WireCandidate {
  return unpricedToEvent(candidate);
}

export function unpricedFromWire(wire: MessageShape<typeof CandidateSchema>): ModelCandidate {
  const { provider, model, priceKey } = wire;
  return { provider, model, priceKey, ...placeFromEvent(wire) };
}
