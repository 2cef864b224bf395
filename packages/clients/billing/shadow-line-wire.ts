import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { ShadowLine, ShadowReportQuery } from '#contracts/admin-needs.ts';
import type { GetShadowReportRequestSchema, ShadowLineSchema } from '#contracts/gen/gateway/billing/v1/billing_pb.js';

export function shadowQueryToWire(query: ShadowReportQuery): MessageInitShape<typeof GetShadowReportRequestSchema> {
  const { routeId, fromMs, toMs } = query;
  return { routeId, fromMs: BigInt(fromMs), toMs: BigInt(toMs) };
}

export function shadowQueryFromWire(query: MessageShape<typeof GetShadowReportRequestSchema>): ShadowReportQuery {
  const { routeId, fromMs, toMs } = query;
  return { routeId, fromMs: Number(fromMs), toMs: Number(toMs) };
}

export function shadowLineToWire(line: ShadowLine): MessageInitShape<typeof ShadowLineSchema> {
  const { requests, failed, shadowFailed, sameText, outputTokens, shadowOutputTokens } = line;
  return {
    ...line,
    requests: BigInt(requests),
    failed: BigInt(failed),
    shadowFailed: BigInt(shadowFailed),
    sameText: BigInt(sameText),
    outputTokens: BigInt(outputTokens),
    shadowOutputTokens: BigInt(shadowOutputTokens),
  };
}

export function shadowLineFromWire(wire: MessageShape<typeof ShadowLineSchema>): ShadowLine {
  const { $typeName: _name, $unknown: _unknown, ...line } = wire;
  const { requests, failed, shadowFailed, sameText, outputTokens, shadowOutputTokens } = line;
  return {
    ...line,
    requests: Number(requests),
    failed: Number(failed),
    shadowFailed: Number(shadowFailed),
    sameText: Number(sameText),
    outputTokens: Number(outputTokens),
    shadowOutputTokens: Number(shadowOutputTokens),
  };
}
