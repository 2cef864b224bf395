import type { MessageInitShape } from '@bufbuild/protobuf';
import { completeRequestFromWire, countRequestFromWire, frameToWire } from '#clients/router/complete-wire.ts';
import { healthToWire } from '#clients/router/health-wire.ts';
import { planFromWire } from '#clients/router/plan-wire.ts';
import type { ProviderTestPort } from '#contracts/admin-needs.ts';
import { pricedFromWire } from '#contracts/candidate-wire.ts';
import { type CompleteResponseSchema, RouterService } from '#contracts/gen/gateway/router/v1/router_pb.js';
import type { RouterAdminPort, RouterPort } from '#contracts/router.ts';
import { plainPlan } from '#contracts/routing.ts';
import { type ServedService, servedService } from '#rpc/served-service.ts';

/**
 * The bytes of one message. An answer may be larger than what a peer takes at once, and other calls share its stream.
 */
const DATA_MAX_BYTES = 1024 * 1024;

/** gateway.router.v1.RouterService. */
export function routerService(router: RouterPort & ProviderTestPort & RouterAdminPort): ServedService {
  return servedService(RouterService, {
    async *complete(wire, { signal, traceparent }) {
      const request = { ...completeRequestFromWire(wire), traceparent };
      const client = wire.isClientGone ? AbortSignal.abort() : signal;
      for await (const frame of router.complete(request, client)) {
        if (frame.kind !== 'data' || frame.data.length <= DATA_MAX_BYTES) yield frameToWire(frame);
        else yield* piecesToWire(frame.data);
      }
    },
    async countTokens(wire, { signal }) {
      const { inputTokens, isEstimate } = await router.countTokens(countRequestFromWire(wire), signal);
      return { inputTokens: BigInt(inputTokens), isEstimate };
    },
    getProviderHealth: async () => healthToWire(await router.currentHealth()),
    async explainChoice({ candidates, plan, requestId }) {
      const asked = {
        candidates: candidates.map(pricedFromWire),
        plan: plan ? planFromWire(plan) : plainPlan,
        requestId,
      };
      return { choices: [...(await router.explainChoice(asked))] };
    },
    async listUpstreamModels({ providerId }) {
      const { models, problem } = await router.listUpstreamModels(providerId);
      return { models: [...models], problem };
    },
    testProvider: ({ providerId, model }) => router.testProvider({ providerId, model }),
  });
}

function* piecesToWire(data: Buffer): Generator<MessageInitShape<typeof CompleteResponseSchema>> {
  for (let from = 0; from < data.length; from += DATA_MAX_BYTES) {
    yield frameToWire({ kind: 'data', data: data.subarray(from, from + DATA_MAX_BYTES) });
  }
}
