import { create, fromJsonString, type MessageInitShape, type MessageShape, toJsonString } from '@bufbuild/protobuf';
import { isUnit } from '#ai/units.ts';
import { pricedFromWire, pricedToWire } from '#contracts/candidate-wire.ts';
import type { ChargeLine } from '#contracts/gen/gateway/events/v1/billing_pb.js';
import {
  AdmitRequestSchema,
  type GetQuoteRequestSchema,
  type GetQuoteResponseSchema,
} from '#contracts/gen/gateway/quota/v1/quota_pb.js';
import type { AdmitRequest, QuoteLine, QuoteResult } from '#contracts/quota.ts';
import { isErrorCode } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { admitRequestFromWire, admitRequestToWire } from './admit-wire.ts';

type WireLine = Pick<ChargeLine, 'unit' | 'quantity' | 'pricePicoUsd'>;

/** The request as an admission has it. */
export function quoteRequestToWire(request: AdmitRequest): MessageInitShape<typeof GetQuoteRequestSchema> {
  return { request: fromJsonString(AdmitRequestSchema, admitRequestToWire(request)) };
}

/** Throws a `Fault` (`invalid_request`) for what is not such a request. */
export function quoteRequestFromWire(request: MessageShape<typeof AdmitRequestSchema> | undefined): AdmitRequest {
  const given = request ?? create(AdmitRequestSchema);
  return admitRequestFromWire(toJsonString(AdmitRequestSchema, given, { alwaysEmitImplicit: true }));
}

export function quoteToWire(result: QuoteResult): MessageInitShape<typeof GetQuoteResponseSchema> {
  if (result.kind === 'refused') {
    const { code, message, retryAfterMs = 0, param = '' } = result.refusal;
    return { result: { case: 'refusal', value: { code, message, retryAfterMs, param } } };
  }
  const { candidate, lines, ...quote } = result.quote;
  const wireLines = lines.map(({ unit, quantity, pricePicoUsd }) => ({ unit, quantity, pricePicoUsd }));
  return { result: { case: 'quote', value: { ...quote, candidate: pricedToWire(candidate), lines: wireLines } } };
}

/** Throws a `Fault` (`internal_error`) for what is neither a quote nor a refusal. */
export function quoteFromWire({ result }: MessageShape<typeof GetQuoteResponseSchema>): QuoteResult {
  if (result.case === 'refusal') {
    const { code, message, retryAfterMs, param } = result.value;
    const refusal = {
      code: isErrorCode(code) ? code : ('internal_error' as const),
      message,
      retryAfterMs: retryAfterMs === 0 ? undefined : retryAfterMs,
      param: param === '' ? undefined : param,
    };
    return { kind: 'refused', refusal };
  }
  if (result.case === undefined || result.value.candidate === undefined) throw unreadable('candidate');
  const { candidate, multiplierBasisPoints, boundNanoUsd, outputTokensBound, lines, estimateNanoUsd } = result.value;
  return {
    kind: 'quoted',
    quote: {
      candidate: pricedFromWire(candidate),
      multiplierBasisPoints,
      boundNanoUsd,
      outputTokensBound,
      lines: lines.map(lineFromWire),
      estimateNanoUsd,
    },
  };
}

function lineFromWire({ unit, quantity, pricePicoUsd }: WireLine): QuoteLine {
  if (!isUnit(unit)) throw unreadable(unit);
  return { unit, quantity, pricePicoUsd };
}

function unreadable(what: string): Fault {
  const cause = new Error(`what a quote says of "${what}" cannot be read`);
  return new Fault({ code: 'internal_error', message: 'The cost could not be read.' }, { cause });
}
