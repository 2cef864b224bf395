import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import {
  type CompleteRequestSchema,
  type CompleteResponseSchema,
  RouterService,
} from '#contracts/gen/gateway/router/v1/router_pb.js';
import type { CompleteFrame, CompleteRequest, RouterPort } from '#contracts/router.ts';
import { Fault } from '#errors/fault.ts';
import { parseObject } from '#kernel/json.ts';
import { unreachable } from '#kernel/unreachable.ts';
import { type ServedService, servedService } from '#rpc/served-service.ts';

/**
 * The bytes of one message. An answer may be larger than what a peer takes at once, and other calls share its stream.
 */
const DATA_MAX_BYTES = 1024 * 1024;

/** gateway.router.v1.RouterService. */
export function routerService(router: RouterPort): ServedService {
  return servedService(RouterService, {
    async *complete(wire, { signal, traceparent }) {
      const request = { ...requestFromWire(wire), traceparent };
      const client = wire.isClientGone ? AbortSignal.abort() : signal;
      for await (const frame of router.complete(request, client)) {
        if (frame.kind !== 'data' || frame.data.length <= DATA_MAX_BYTES) yield frameToWire(frame);
        else yield* piecesToWire(frame.data);
      }
    },
    listModels: async () => ({
      models: router.listModels().map(({ id, ownedBy, createdAtS, candidates }) => ({
        id,
        ownedBy,
        createdAtS: BigInt(createdAtS),
        candidates: [...candidates],
      })),
    }),
    getProviderHealth: async () => ({ providers: [...router.providerHealth()] }),
  });
}

/** Throws a `Fault` (`invalid_request`) for fields that the ingress never sends. */
function requestFromWire(wire: MessageShape<typeof CompleteRequestSchema>): CompleteRequest {
  const body = Buffer.from(wire.body.buffer, wire.body.byteOffset, wire.body.byteLength);
  const parsedBody = parseObject(body.toString());
  if (parsedBody === null || wire.requestId === '' || wire.candidates.length === 0) {
    throw new Fault({ code: 'invalid_request', message: 'The request is not one that was admitted.' });
  }
  return {
    requestId: wire.requestId,
    userId: wire.userId,
    body,
    parsedBody,
    stream: wire.stream,
    candidates: wire.candidates.map(({ provider, model, priceKey, priceVersion }) => ({
      provider,
      model,
      priceKey,
      priceVersion,
    })),
    outputTokensMax: wire.outputTokensMax,
    promptTokensBound: wire.promptTokensBound,
    outputTokensBound: wire.outputTokensBound,
    admissionEventId: wire.admissionEventId,
  };
}

function* piecesToWire(data: Buffer): Generator<MessageInitShape<typeof CompleteResponseSchema>> {
  for (let from = 0; from < data.length; from += DATA_MAX_BYTES) {
    yield frameToWire({ kind: 'data', data: data.subarray(from, from + DATA_MAX_BYTES) });
  }
}

function frameToWire(frame: CompleteFrame): MessageInitShape<typeof CompleteResponseSchema> {
  switch (frame.kind) {
    case 'head': {
      const { status, contentType, provider, model } = frame;
      return { frame: { case: 'head', value: { status, contentType, provider, model } } };
    }
    case 'data':
      return { frame: { case: 'data', value: frame.data } };
    case 'end': {
      const { provider, model, inputTokens, outputTokens, estimated } = frame.summary;
      const value = {
        provider,
        model,
        inputTokens: BigInt(inputTokens),
        outputTokens: BigInt(outputTokens),
        estimated,
      };
      return { frame: { case: 'end', value } };
    }
    case 'failure': {
      const { code, message, param = '', retryAfterMs = 0, providerBody, providerStatus } = frame.failure;
      const value = {
        code,
        message,
        param,
        retryAfterMs: Math.ceil(retryAfterMs),
        providerStatus,
        ...(providerBody === null ? {} : { providerBody }),
      };
      return { frame: { case: 'failure', value } };
    }
    default:
      return unreachable(frame);
  }
}
