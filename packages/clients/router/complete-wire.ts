import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { CompleteRequestSchema, CompleteResponseSchema } from '#contracts/gen/gateway/router/v1/router_pb.js';
import type { CompleteFrame, CompleteRequest } from '#contracts/router.ts';
import { isErrorCode } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { parseObject } from '#kernel/json.ts';
import { unreachable } from '#kernel/unreachable.ts';

/** The parsed body stays behind: the router reads it from the bytes again. */
export function completeRequestToWire(
  request: CompleteRequest,
  isClientGone: boolean,
): MessageInitShape<typeof CompleteRequestSchema> {
  const { requestId, userId, body, stream, outputTokensMax, promptTokensBound, outputTokensBound } = request;
  return {
    requestId,
    userId,
    body,
    stream,
    candidates: [...request.candidates],
    outputTokensMax,
    promptTokensBound,
    outputTokensBound,
    admissionEventId: request.admissionEventId,
    isClientGone,
  };
}

/** Throws a `Fault` (`invalid_request`) for fields that the ingress never sends. */
export function completeRequestFromWire(wire: MessageShape<typeof CompleteRequestSchema>): CompleteRequest {
  const body = bufferOf(wire.body);
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

export function frameToWire(frame: CompleteFrame): MessageInitShape<typeof CompleteResponseSchema> {
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

/** A frame as ingress takes it; undefined for a kind that a newer router may send. */
export function frameFromWire({ frame }: MessageShape<typeof CompleteResponseSchema>): CompleteFrame | undefined {
  switch (frame.case) {
    case 'data':
      return { kind: 'data', data: bufferOf(frame.value) };
    case 'head': {
      const { status, contentType, provider, model } = frame.value;
      return { kind: 'head', status, contentType, provider, model };
    }
    case 'end': {
      const { provider, model, inputTokens, outputTokens, estimated } = frame.value;
      const summary = {
        provider,
        model,
        inputTokens: Number(inputTokens),
        outputTokens: Number(outputTokens),
        estimated,
      };
      return { kind: 'end', summary };
    }
    case 'failure': {
      const { code, message, param, retryAfterMs, providerBody, providerStatus } = frame.value;
      const failure = {
        code: isErrorCode(code) ? code : ('internal_error' as const),
        message,
        param: param === '' ? undefined : param,
        retryAfterMs: retryAfterMs === 0 ? undefined : retryAfterMs,
        providerBody: providerBody.length === 0 ? null : bufferOf(providerBody),
        providerStatus,
      };
      return { kind: 'failure', failure };
    }
    default:
      return undefined;
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
