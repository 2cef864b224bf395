import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { isFrontFormatName } from '#ai/format.ts';
import { isOperation } from '#ai/operation.ts';
import { noUsage } from '#ai/usage.ts';
import { pricedFromWire, pricedToWire, unpricedFromWire, unpricedToWire } from '#contracts/candidate-wire.ts';
import type {
  CompleteRequestSchema,
  CompleteResponseSchema,
  CountTokensRequestSchema,
} from '#contracts/gen/gateway/router/v1/router_pb.js';
import type { CompleteFrame, CompleteRequest, CountTokensRequest } from '#contracts/router.ts';
import { isErrorCode } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { parseObject } from '#kernel/json.ts';
import { unreachable } from '#kernel/unreachable.ts';
import { usageFromEvent, usageToEvent } from '#money/quantities.ts';
import { planFromWire, planToWire } from './plan-wire.ts';

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
    candidates: request.candidates.map(pricedToWire),
    outputTokensMax,
    promptTokensBound,
    outputTokensBound,
    admissionEventId: request.admissionEventId,
    isClientGone,
    operation: request.operation,
    format: request.format,
    headers: request.headers,
    dropsUnplaced: request.dropsUnplaced,
    tellsCost: request.tellsCost,
    multiplierBasisPoints: request.multiplierBasisPoints,
    counts: usageToEvent(request.counts ?? noUsage),
    ...(request.plan === undefined ? {} : { plan: planToWire(request.plan) }),
    paysOnlyWhole: request.paysOnlyWhole === true,
    extraTimeMs: request.extraTimeMs ?? 0,
  };
}

/** Throws a `Fault` (`invalid_request`) for fields that the ingress never sends. */
export function completeRequestFromWire(wire: MessageShape<typeof CompleteRequestSchema>): CompleteRequest {
  const body = bufferOf(wire.body);
  const parsedBody = parseObject(body.toString());
  const { operation, format } = speechOf(wire);
  if (parsedBody === null || wire.requestId === '' || wire.candidates.length === 0) {
    throw new Fault({ code: 'invalid_request', message: 'The request is not one that was admitted.' });
  }
  return {
    requestId: wire.requestId,
    userId: wire.userId,
    body,
    parsedBody,
    stream: wire.stream,
    candidates: wire.candidates.map(pricedFromWire),
    outputTokensMax: wire.outputTokensMax,
    promptTokensBound: wire.promptTokensBound,
    outputTokensBound: wire.outputTokensBound,
    admissionEventId: wire.admissionEventId,
    operation,
    format,
    headers: wire.headers,
    dropsUnplaced: wire.dropsUnplaced,
    tellsCost: wire.tellsCost,
    multiplierBasisPoints: wire.multiplierBasisPoints,
    ...(wire.counts.length === 0 ? {} : { counts: usageFromEvent(wire.counts) }),
    ...(wire.plan === undefined ? {} : { plan: planFromWire(wire.plan) }),
    ...(wire.paysOnlyWhole && { paysOnlyWhole: true }),
    ...(wire.extraTimeMs > 0 && { extraTimeMs: wire.extraTimeMs }),
  };
}

/** The parsed body stays behind, too. */
export function countRequestToWire(request: CountTokensRequest): MessageInitShape<typeof CountTokensRequestSchema> {
  const { requestId, format, body, candidates, headers } = request;
  return { requestId, format, body, candidates: candidates.map(unpricedToWire), headers };
}

/** Throws a `Fault` (`invalid_request`) for fields that the ingress never sends. */
export function countRequestFromWire(wire: MessageShape<typeof CountTokensRequestSchema>): CountTokensRequest {
  const body = bufferOf(wire.body);
  const parsedBody = parseObject(body.toString());
  const { format } = speechOf({ operation: '', format: wire.format });
  if (parsedBody === null) throw new Fault({ code: 'invalid_request', message: 'The body is no JSON object.' });
  const candidates = wire.candidates.map(unpricedFromWire);
  return { requestId: wire.requestId, format, body, parsedBody, candidates, headers: wire.headers };
}

/** Empty, as of an ingress that knows no others: a chat completion. */
function speechOf(wire: { readonly operation: string; readonly format: string }) {
  const operation = wire.operation === '' ? 'chat' : wire.operation;
  const format = wire.format === '' ? 'openai-chat' : wire.format;
  if (!isOperation(operation) || !isFrontFormatName(format)) {
    throw new Fault({
      code: 'invalid_request',
      message: `This router does not speak ${format}: it is older than its ingress.`,
    });
  }
  return { operation, format };
}

export function frameToWire(frame: CompleteFrame): MessageInitShape<typeof CompleteResponseSchema> {
  switch (frame.kind) {
    case 'head': {
      const { kind, dropped, ...head } = frame;
      return { frame: { case: kind, value: { ...head, dropped: [...dropped] } } };
    }
    case 'data':
      return { frame: { case: 'data', value: frame.data } };
    case 'end': {
      const { inputTokens, outputTokens, ...summary } = frame.summary;
      const value = { ...summary, inputTokens: BigInt(inputTokens), outputTokens: BigInt(outputTokens) };
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
      const { status, contentType, provider, model, attempts, dropped, headers, costNanoUsd } = frame.value;
      return { kind: 'head', status, contentType, provider, model, attempts, dropped, headers, costNanoUsd };
    }
    case 'end': {
      const { provider, model, inputTokens, outputTokens, estimated, costNanoUsd } = frame.value;
      const summary = {
        provider,
        model,
        inputTokens: Number(inputTokens),
        outputTokens: Number(outputTokens),
        estimated,
        costNanoUsd,
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
