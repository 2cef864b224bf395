import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type {
  GetUsageReportRequestSchema,
  ListRequestsRequestSchema,
  RequestFilterSchema,
  RequestLineSchema,
  UsageReportLineSchema,
} from '#contracts/gen/gateway/billing/v1/billing_pb.js';
import {
  isReportGroup,
  type RequestFilter,
  type RequestLine,
  type RequestsQuery,
  type UsageReportLine,
  type UsageReportQuery,
} from '#contracts/requests.ts';

export function requestsQueryToWire(query: RequestsQuery): MessageInitShape<typeof ListRequestsRequestSchema> {
  const { filter, beforePosition, limit } = query;
  return { filter: filterToWire(filter), beforePosition: BigInt(beforePosition), limit };
}

export function requestsQueryFromWire(query: MessageShape<typeof ListRequestsRequestSchema>): RequestsQuery {
  const { filter, beforePosition, limit } = query;
  return { filter: filterFromWire(filter), beforePosition: Number(beforePosition), limit };
}

export function reportQueryToWire(query: UsageReportQuery): MessageInitShape<typeof GetUsageReportRequestSchema> {
  const { filter, groupBy, intervalMs, valuesMax = 0 } = query;
  return { filter: filterToWire(filter), groupBy, intervalMs: BigInt(intervalMs), valuesMax };
}

export function reportQueryFromWire(query: MessageShape<typeof GetUsageReportRequestSchema>): UsageReportQuery {
  const { filter, groupBy, intervalMs, valuesMax } = query;
  return {
    filter: filterFromWire(filter),
    groupBy: isReportGroup(groupBy) ? groupBy : '',
    intervalMs: Number(intervalMs),
    valuesMax,
  };
}

export function requestLineToWire(line: RequestLine): MessageInitShape<typeof RequestLineSchema> {
  const { position, admittedAtMs, endedAtMs, inputTokens, outputTokens, tags, amountNanoUsd, ...rest } = line;
  return {
    ...rest,
    position: BigInt(position),
    admittedAtMs: BigInt(admittedAtMs),
    endedAtMs: BigInt(endedAtMs),
    inputTokens: BigInt(inputTokens),
    outputTokens: BigInt(outputTokens),
    tags: [...tags],
    ...(amountNanoUsd === undefined ? {} : { amountNanoUsd }),
  };
}

export function requestLineFromWire(wire: MessageShape<typeof RequestLineSchema>): RequestLine {
  const { $typeName: _name, $unknown: _unknown, ...line } = wire;
  return {
    ...line,
    position: Number(line.position),
    admittedAtMs: Number(line.admittedAtMs),
    endedAtMs: Number(line.endedAtMs),
    inputTokens: Number(line.inputTokens),
    outputTokens: Number(line.outputTokens),
    amountNanoUsd: line.amountNanoUsd,
  };
}

export function reportLineToWire(line: UsageReportLine): MessageInitShape<typeof UsageReportLineSchema> {
  const { atMs, requests, errors, inputTokens, outputTokens } = line;
  return {
    ...line,
    atMs: BigInt(atMs),
    requests: BigInt(requests),
    errors: BigInt(errors),
    inputTokens: BigInt(inputTokens),
    outputTokens: BigInt(outputTokens),
  };
}

export function reportLineFromWire(wire: MessageShape<typeof UsageReportLineSchema>): UsageReportLine {
  const { $typeName: _name, $unknown: _unknown, ...line } = wire;
  return {
    ...line,
    atMs: Number(line.atMs),
    requests: Number(line.requests),
    errors: Number(line.errors),
    inputTokens: Number(line.inputTokens),
    outputTokens: Number(line.outputTokens),
  };
}

function filterToWire({ fromMs, toMs, ...rest }: RequestFilter): MessageInitShape<typeof RequestFilterSchema> {
  return { ...rest, fromMs: BigInt(fromMs), toMs: BigInt(toMs) };
}

function filterFromWire(wire: MessageShape<typeof RequestFilterSchema> | undefined): RequestFilter {
  return {
    fromMs: Number(wire?.fromMs ?? 0n),
    toMs: Number(wire?.toMs ?? 0n),
    userId: wire?.userId ?? '',
    teamId: wire?.teamId ?? '',
    keyId: wire?.keyId ?? '',
    model: wire?.model ?? '',
    provider: wire?.provider ?? '',
    outcome: wire?.outcome ?? '',
    sessionId: wire?.sessionId ?? '',
    agentId: wire?.agentId ?? '',
    tag: wire?.tag ?? '',
    requestId: wire?.requestId ?? '',
  };
}
