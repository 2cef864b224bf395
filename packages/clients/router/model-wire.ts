import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { ModelSchema } from '#contracts/gen/gateway/router/v1/router_pb.js';
import type { RoutedModel } from '#contracts/router.ts';

export function modelToWire({
  id,
  ownedBy,
  createdAtS,
  candidates,
}: RoutedModel): MessageInitShape<typeof ModelSchema> {
  return { id, ownedBy, createdAtS: BigInt(createdAtS), candidates: [...candidates] };
}

export function modelFromWire(wire: MessageShape<typeof ModelSchema>): RoutedModel {
  const { id, ownedBy, createdAtS } = wire;
  const candidates = wire.candidates.map(({ provider, model, priceKey }) => ({ provider, model, priceKey }));
  return { id, ownedBy, createdAtS: Number(createdAtS), candidates };
}
