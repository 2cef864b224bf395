import type { Addressed } from '#ai/format.ts';
import type { Quote } from '#contracts/quota.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import type { JsonObject } from '#kernel/json.ts';
import { multiplierText } from '#money/multiplier.ts';
import { formatUsd } from '#money/nano-usd.ts';
import { formatUsdPerMtok } from '#money/usd-per-mtok.ts';
import type { Identify } from '../access/identify.ts';
import { admitRequestOf } from '../completions/admit-request.ts';
import { attributionOf } from '../completions/attribution.ts';
import { COSTLY_BODY_BYTES } from '../completions/refuse-without-money.ts';
import { routedModel } from '../completions/routed-model.ts';
import { routingOptions } from '../completions/routing-options.ts';
import { answerJson } from '../http/answer.ts';
import type { Handler } from '../http/exchange.ts';
import { isGeminiUrl } from '../http/gemini-url.ts';
import { parseJsonObject } from '../http/parse-json-object.ts';
import { type BodyLimits, readBody } from '../http/read-body.ts';
import type { OwnTurn } from '../http/turns.ts';
import type { IngressDependencies } from '../ports.ts';
import { geminiEndpoints } from './gemini-endpoints.ts';
import type { ModelEndpoint } from './model-endpoint.ts';
import { modelEndpoints } from './model-endpoints.ts';

export const COST_ESTIMATE_PATH = '/v1/cost/estimate';

/** Where a request goes that says nothing else. */
const USUAL_PATH = '/v1/chat/completions';

/** What prices requests before they run. */
export interface Estimating {
  readonly dependencies: Pick<IngressDependencies, 'config' | 'quota' | 'models' | 'billing' | 'registry' | 'clock'>;
  readonly identify: Identify;
  readonly limits: BodyLimits;
  readonly ownTurn: OwnTurn;
}

/**
 * `POST /v1/cost/estimate`: what a request would cost, by the prices in force. The body is the request's own with `endpoint`,
 * its path, or `format` beside it; without either it is one for chat completions. Nothing is asked of a provider, and nothing is charged.
 */
export function costEstimateHandler({ dependencies, identify, limits, ownTurn }: Estimating): Handler {
  const { config, quota, registry } = dependencies;
  return async (exchange) => {
    const identity = await identify(exchange);
    const bytes = await readBody(exchange, limits);
    if (bytes.length > COSTLY_BODY_BYTES) await ownTurn();
    const { endpoint: path, format: formatName, ...body } = parseJsonObject(bytes);
    const { endpoint, addressed } = endpointOf(path, formatName, body['model']);
    const bodyBytes = bytes.length - bytesOf({ endpoint: path, format: formatName });
    const checked = endpoint.format.server.ask(body, bodyBytes, addressed);
    if ('refusal' in checked) throw new Fault(checked.refusal);
    const { asked } = checked;
    const attribution = attributionOf(exchange.request.headers, body);
    const { refusedRequestOptions: refused } = registry.settings();
    const options = routingOptions(exchange.request.headers, { refused, timeoutMaxMs: config.requestTimeoutMs });
    const routed = routedModel(dependencies, exchange, { identity, asked, attribution, options });
    const result = await quota.quote(admitRequestOf(exchange, endpoint, { identity, asked, routed, attribution }));
    if (result.kind === 'refused') throw new Fault(result.refusal);
    answerJson(exchange, 200, estimateDocument(asked.model, endpoint, result.quote));
  };
}

/** What the fields take up that the request itself does not have, each with its comma. */
function bytesOf(fields: JsonObject): number {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return given.reduce((bytes, [name, value]) => bytes + Buffer.byteLength(`"${name}":${JSON.stringify(value)},`), 0);
}

/** The formats that a request can have. */
export const estimatedFormats: readonly string[] = [
  ...new Set([...modelEndpoints, ...geminiEndpoints].map(({ format }) => format.name)),
];

/** Where a request would go. */
interface Destination {
  readonly endpoint: Pick<ModelEndpoint, 'path' | 'format'>;
  /** What its URL says, or would say, where bodies of the format do not. */
  readonly addressed?: Addressed | undefined;
}

/** By the endpoint, else by the format; of Google's calls either the URL names the model, or the body does beside the format. */
function endpointOf(path: unknown, format: unknown, model: unknown): Destination {
  const byFormat = path === undefined && format !== undefined;
  const wanted = path ?? USUAL_PATH;
  const found = modelEndpoints.find((each) => (byFormat ? each.format.name === format : each.path === wanted));
  if (found !== undefined) return { endpoint: found };
  const called = byFormat ? geminiCallOf(format, model) : geminiEndpointAt(wanted);
  if (called !== undefined) return called;
  const [field, values] = byFormat
    ? (['format', estimatedFormats] as const)
    : (['endpoint', [...modelEndpoints, ...geminiEndpoints].map((each) => shownPath(each.path))] as const);
  throw new Fault(invalid(`'${field}' must say where the request would be sent: ${values.join(', ')}.`, field));
}

function geminiEndpointAt(url: unknown): Destination | undefined {
  if (typeof url !== 'string' || !isGeminiUrl(url)) return undefined;
  const [path = ''] = url.split('?', 1);
  const endpoint = geminiEndpoints.find((each) => path.endsWith(each.path.slice(each.path.lastIndexOf(':'))));
  if (endpoint === undefined) return undefined;
  try {
    return { endpoint: { ...endpoint, path }, addressed: endpoint.addressOf?.(url) };
  } catch (thrown) {
    if (!(thrown instanceof URIError)) throw thrown;
    throw new Fault(invalid("'endpoint' is not correctly encoded.", 'endpoint'));
  }
}

function geminiCallOf(format: unknown, model: unknown): Destination | undefined {
  const endpoint = geminiEndpoints.find((each) => each.format.name === format);
  const addressed = { model: typeof model === 'string' ? model : '', isStream: false };
  return endpoint && { endpoint: { ...endpoint, path: shownPath(endpoint.path, addressed.model) }, addressed };
}

/** Express' form of a path as people write it. */
function shownPath(path: string, model = '{model}'): string {
  return path.replace('*model\\', () => model);
}

function estimateDocument(model: string, { path, format }: Destination['endpoint'], quote: Quote) {
  const { candidate, multiplierBasisPoints, boundNanoUsd, outputTokensBound, lines, estimateNanoUsd } = quote;
  return {
    object: 'cost.estimate',
    model,
    endpoint: path,
    format: format.name,
    provider: candidate.provider,
    price_key: candidate.priceKey,
    price_version: candidate.priceVersion,
    currency: 'USD',
    estimate_usd: formatUsd(estimateNanoUsd),
    bound_usd: formatUsd(boundNanoUsd),
    output_tokens_bound: outputTokensBound,
    multiplier: multiplierText(multiplierBasisPoints),
    lines: lines.map(({ unit, quantity, pricePicoUsd }) => ({
      unit,
      quantity,
      price_usd_per_million: formatUsdPerMtok(pricePicoUsd),
    })),
  };
}
