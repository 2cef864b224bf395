import { isFrontFormatName } from '#ai/format.ts';
import { isOperation } from '#ai/operation.ts';
import { isUnit, type Unit } from '#ai/units.ts';
import type { Usage } from '#ai/usage.ts';
import { candidateToEvent, placeFromEvent, unpricedToEvent, type WrittenPlace } from '#contracts/candidate.ts';
import type { AdmissionJson, AdmitRequestJson, AdmitResponseJson } from '#contracts/gen/gateway/quota/v1/quota_pb.js';
import {
  type Admission,
  type AdmitRequest,
  type AdmitResponse,
  type AdmittedRouting,
  type Attribution,
  type LimitWindow,
  type ModelCandidate,
  noAttribution,
  type PricedCandidate,
} from '#contracts/quota.ts';
import { isStrategy, plainRouting, type StrategySource } from '#contracts/routing.ts';
import { type ErrorCode, errorTable, type Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { isJsonObject, type JsonObject, parseObject } from '#kernel/json.ts';

/*
 * gateway.quota.v1's AdmitRequest and AdmitResponse as they cross the bus: protobuf's JSON form, written by
 * `JSON.stringify` and read by `JSON.parse` and a look at each field. A tenth of the time protobuf's own reader takes,
 * twice a request.
 */

export function admitRequestToWire(request: AdmitRequest): string {
  const { requestId, userId, keyId, model, stream, promptTokensBound, outputTokensRequested, choices, traceparent } =
    request;
  const candidates = request.candidates.map(unpricedToEvent);
  return JSON.stringify({
    requestId,
    userId,
    keyId,
    // Left out where it is undefined, as `traceparent`.
    teamId: request.teamId || undefined,
    prompts: request.prompts,
    extraTimeMs: request.extraTimeMs || undefined,
    model,
    stream,
    candidates,
    promptTokensBound,
    promptTokensEstimate: request.promptTokensEstimate,
    outputTokensRequested,
    outputTokensDefault: request.outputTokensDefault,
    choices,
    operation: request.operation,
    format: request.format,
    otherUnits: [...request.otherUnits],
    counts: quantitiesToWire(request.counts),
    serviceTier: request.serviceTier,
    attribution: attributionToWire(request.attribution),
    ...routingToWire(request.routing),
    traceparent,
  } satisfies WithUndefined<AdmitRequestJson>);
}

/** Throws a `Fault` (`invalid_request`) for what is not such a request. */
export function admitRequestFromWire(text: string): AdmitRequest {
  const json = objectIn(text, 'request');
  return {
    requestId: textOf(json, 'requestId'),
    userId: textOf(json, 'userId'),
    keyId: textOf(json, 'keyId'),
    model: textOf(json, 'model'),
    stream: json['stream'] === true,
    candidates: listOf(json, 'candidates').map(candidateOf),
    promptTokensBound: countOf(json, 'promptTokensBound'),
    // An ingress of an earlier version says the bound alone.
    promptTokensEstimate: countOf(
      json,
      json['promptTokensEstimate'] === undefined ? 'promptTokensBound' : 'promptTokensEstimate',
    ),
    outputTokensRequested: countOf(json, 'outputTokensRequested'),
    choices: countOf(json, 'choices'),
    ...askedFromWire(json),
    ...(json['outputTokensDefault'] === undefined ? {} : { outputTokensDefault: countOf(json, 'outputTokensDefault') }),
    ...(json['teamId'] === undefined || json['teamId'] === '' ? {} : { teamId: textOf(json, 'teamId') }),
    ...(json['prompts'] === undefined || json['prompts'] === 0 ? {} : { prompts: countOf(json, 'prompts') }),
    ...(json['extraTimeMs'] === undefined || json['extraTimeMs'] === 0
      ? {}
      : { extraTimeMs: countOf(json, 'extraTimeMs') }),
    ...routingFromWire(json),
    ...(json['traceparent'] === undefined ? {} : { traceparent: textOf(json, 'traceparent') }),
  };
}

type WithUndefined<T> = { readonly [K in keyof T]: T[K] | undefined };

/** `unavailable` and the like cross as refusals, too: whoever asked decides whether to ask again. */
export function admitResponseToWire({ result, windows }: AdmitResponse): string {
  const crossing = { windows: windows.map(windowToWire) };
  if (result.kind === 'refused') return JSON.stringify({ refusal: result.refusal, ...crossing });
  const { eventId, candidates, holdNanoUsd, outputTokensMax, outputTokensBound } = result;
  const admission = {
    eventId,
    candidates: candidates.map(candidateToEvent),
    shadow: result.shadow === undefined ? undefined : candidateToEvent(result.shadow),
    holdNanoUsd: String(holdNanoUsd),
    outputTokensMax,
    outputTokensBound,
    multiplierBasisPoints: result.multiplierBasisPoints,
  };
  return JSON.stringify({ admission, ...crossing } satisfies { admission: WithUndefined<AdmissionJson> } & Omit<
    AdmitResponseJson,
    'admission'
  >);
}

/** A durable admission or a refusal. Throws a `Fault` (`internal_error`) for what is neither. */
export function admitResponseFromWire(text: string): AdmitResponse {
  try {
    const json = objectIn(text, 'response');
    // A quota of an earlier version says none.
    const windows = json['windows'] === undefined ? [] : listOf(json, 'windows').map(windowOf);
    if (json['refusal'] !== undefined) {
      return { result: { kind: 'refused', refusal: refusalOf(objectOf(json['refusal'], 'refusal')) }, windows };
    }
    return { result: admissionOf(objectOf(json['admission'], 'admission')), windows };
  } catch (error) {
    throw new Fault(
      { code: 'internal_error', message: 'The answer of the admission could not be read.' },
      { cause: error },
    );
  }
}

function admissionOf(json: JsonObject): Admission {
  return {
    kind: 'admitted',
    durable: null,
    eventId: textOf(json, 'eventId'),
    candidates: listOf(json, 'candidates').map(pricedCandidateOf),
    ...(json['shadow'] === undefined ? {} : { shadow: pricedCandidateOf(json['shadow']) }),
    holdNanoUsd: amountOf(json, 'holdNanoUsd'),
    outputTokensMax: countOf(json, 'outputTokensMax'),
    outputTokensBound: countOf(json, 'outputTokensBound'),
    // A quota of an earlier version says none.
    multiplierBasisPoints: json['multiplierBasisPoints'] === undefined ? 0 : countOf(json, 'multiplierBasisPoints'),
  };
}

type AskedFields = Pick<AdmitRequest, 'operation' | 'format' | 'otherUnits' | 'counts' | 'serviceTier' | 'attribution'>;

/** What an ingress of an earlier version does not say: it takes chat requests with text alone. */
const textChat: AskedFields = {
  operation: 'chat',
  format: 'openai-chat',
  otherUnits: [],
  counts: {},
  serviceTier: '',
  attribution: noAttribution,
};

function askedFromWire(json: JsonObject): AskedFields {
  if (json['operation'] === undefined) return textChat;
  const [operation, format] = [textOf(json, 'operation'), textOf(json, 'format')];
  if (!isOperation(operation)) throw malformed('operation');
  if (!isFrontFormatName(format)) throw malformed('format');
  return {
    operation,
    format,
    otherUnits: listOf(json, 'otherUnits').map((unit) => unitOf(unit, 'otherUnits')),
    counts: quantitiesFromWire(json),
    serviceTier: textOf(json, 'serviceTier'),
    attribution: attributionOf(objectOf(json['attribution'], 'attribution')),
  };
}

function quantitiesToWire(usage: Usage) {
  return Object.entries(usage).map(([unit, quantity]) => ({ unit, quantity }));
}

function quantitiesFromWire(json: JsonObject): Usage {
  const counts: Partial<Record<Unit, number>> = {};
  for (const each of listOf(json, 'counts')) {
    const quantity = objectOf(each, 'counts');
    counts[unitOf(quantity['unit'], 'counts')] = countOf(quantity, 'quantity');
  }
  return counts;
}

function unitOf(value: unknown, name: string): Unit {
  if (typeof value === 'string' && isUnit(value)) return value;
  throw malformed(name);
}

function attributionToWire({ tags, metadata, sessionId, agentId }: Attribution) {
  return { tags: [...tags], metadata: { ...metadata }, sessionId, agentId };
}

function attributionOf(json: JsonObject): Attribution {
  const metadata = objectOf(json['metadata'], 'metadata');
  return {
    tags: listOf(json, 'tags').map((tag) => textOf({ tags: tag }, 'tags')),
    metadata: Object.fromEntries(Object.keys(metadata).map((key) => [key, textOf(metadata, key)])),
    sessionId: textOf(json, 'sessionId'),
    agentId: textOf(json, 'agentId'),
  };
}

function candidateOf(value: unknown): ModelCandidate {
  const json = objectOf(value, 'candidate');
  const [provider, model, priceKey] = [textOf(json, 'provider'), textOf(json, 'model'), textOf(json, 'priceKey')];
  return { provider, model, priceKey, ...placeFromEvent(placeIn(json)) };
}

function pricedCandidateOf(value: unknown): PricedCandidate {
  const json = objectOf(value, 'candidate');
  const cost =
    json['likelyCostNanoUsd'] === undefined ? {} : { likelyCostNanoUsd: String(amountOf(json, 'likelyCostNanoUsd')) };
  return { ...candidateOf(json), priceVersion: countOf(json, 'priceVersion'), ...cost };
}

function placeIn(json: JsonObject): WrittenPlace {
  const place: WrittenPlace = {};
  for (const name of ['tier', 'weight', 'stage', 'contextTokens'] as const) {
    if (json[name] !== undefined) place[name] = countOf(json, name);
  }
  if (json['standsInFor'] !== undefined) place.standsInFor = textOf(json, 'standsInFor');
  return place;
}

/** Left out where nothing is said of the way, as by an ingress of an earlier version. */
function routingToWire(routing: AdmittedRouting | undefined) {
  if (routing === undefined) return {};
  const { routeId, strategy, strategySource, leftOut, shadow, mayBecomePaid, hasOwnFallbacks } = routing;
  return {
    routeId,
    strategy,
    strategySource,
    leftOut: leftOut.map(({ provider, model, reason }) => ({ provider, model, reason })),
    shadow: shadow === undefined ? undefined : unpricedToEvent(shadow),
    mayBecomePaid,
    hasOwnFallbacks: hasOwnFallbacks || undefined,
  };
}

function routingFromWire(json: JsonObject): Pick<AdmitRequest, 'routing'> {
  const { strategy, shadow } = json;
  if (typeof strategy !== 'string' || strategy === '') return {};
  const leftOut = listOf(json, 'leftOut').map((each) => {
    const one = objectOf(each, 'leftOut');
    return { provider: textOf(one, 'provider'), model: textOf(one, 'model'), reason: textOf(one, 'reason') };
  });
  const routing = {
    routeId: textOf(json, 'routeId'),
    strategy: isStrategy(strategy) ? strategy : plainRouting.strategy,
    strategySource: textOf(json, 'strategySource') as StrategySource,
    leftOut,
    ...(shadow === undefined ? {} : { shadow: candidateOf(shadow) }),
    mayBecomePaid: json['mayBecomePaid'] === true,
    ...(json['hasOwnFallbacks'] === true && { hasOwnFallbacks: true }),
  };
  return { routing };
}

function windowToWire({ unit, limit, remaining, resetMs }: LimitWindow) {
  return { unit, limit: String(limit), remaining: String(remaining), resetMs: String(Math.ceil(resetMs)) };
}

function windowOf(value: unknown): LimitWindow {
  const json = objectOf(value, 'window');
  const unit = textOf(json, 'unit');
  if (unit !== 'requests' && unit !== 'tokens') throw malformed('unit');
  const numberOf = (name: string): number => Number(amountOf(json, name));
  return { unit, limit: numberOf('limit'), remaining: numberOf('remaining'), resetMs: numberOf('resetMs') };
}

function refusalOf(json: JsonObject): Refusal {
  const code = textOf(json, 'code');
  if (!Object.hasOwn(errorTable, code)) throw malformed('code');
  return {
    code: code as ErrorCode,
    message: textOf(json, 'message'),
    ...(json['param'] === undefined ? {} : { param: textOf(json, 'param') }),
    ...(json['retryAfterMs'] === undefined ? {} : { retryAfterMs: countOf(json, 'retryAfterMs') }),
  };
}

function objectIn(text: string, name: string): JsonObject {
  const json = parseObject(text);
  if (json === null) throw malformed(name);
  return json;
}

function objectOf(value: unknown, name: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw malformed(name);
}

function listOf(json: JsonObject, name: string): readonly unknown[] {
  const value = json[name];
  if (Array.isArray(value)) return value;
  throw malformed(name);
}

function textOf(json: JsonObject, name: string): string {
  const value = json[name];
  if (typeof value === 'string') return value;
  throw malformed(name);
}

function countOf(json: JsonObject, name: string): number {
  const value = json[name];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw malformed(name);
}

function amountOf(json: JsonObject, name: string): bigint {
  const value = textOf(json, name);
  if (/^\d{1,19}$/.test(value)) return BigInt(value);
  throw malformed(name);
}

function malformed(name: string): Fault {
  return new Fault(invalid(`The message has no proper ${name}.`));
}
