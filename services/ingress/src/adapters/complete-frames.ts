import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { CompleteRequestSchema, CompleteResponseSchema } from '#contracts/gen/gateway/router/v1/router_pb.js';
import type { CompleteFrame, CompleteRequest } from '#contracts/router.ts';
import { isErrorCode } from '#errors/error-table.ts';

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
