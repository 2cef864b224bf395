import type { MessageInitShape } from '@bufbuild/protobuf';
import { completeRequestFromWire, frameToWire } from '#clients/router/complete-wire.ts';
import { modelToWire } from '#clients/router/model-wire.ts';
import { type CompleteResponseSchema, RouterService } from '#contracts/gen/gateway/router/v1/router_pb.js';
import type { RouterPort } from '#contracts/router.ts';
import { type ServedService, servedService } from '#rpc/served-service.ts';

/**
 * The bytes of one message. An answer may be larger than what a peer takes at once, and other calls share its stream.
 */
const DATA_MAX_BYTES = 1024 * 1024;

/** gateway.router.v1.RouterService. */
export function routerService(router: RouterPort): ServedService {
  return servedService(RouterService, {
    async *complete(wire, { signal, traceparent }) {
      const request = { ...completeRequestFromWire(wire), traceparent };
      const client = wire.isClientGone ? AbortSignal.abort() : signal;
      for await (const frame of router.complete(request, client)) {
        if (frame.kind !== 'data' || frame.data.length <= DATA_MAX_BYTES) yield frameToWire(frame);
        else yield* piecesToWire(frame.data);
      }
    },
    listModels: async () => ({ models: router.listModels().map(modelToWire) }),
    getProviderHealth: async () => ({ providers: [...router.providerHealth()] }),
  });
}

function* piecesToWire(data: Buffer): Generator<MessageInitShape<typeof CompleteResponseSchema>> {
  for (let from = 0; from < data.length; from += DATA_MAX_BYTES) {
    yield frameToWire({ kind: 'data', data: data.subarray(from, from + DATA_MAX_BYTES) });
  }
}
