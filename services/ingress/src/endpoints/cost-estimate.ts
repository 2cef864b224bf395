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
import { parseJsonObject } from '../http/parse-json-object.ts';
import { type BodyLimits, readBody } from '../http/read-body.ts';
import type { OwnTurn } from '../http/turns.ts';
import type { IngressDependencies } from '../ports.ts';
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
    const endpoint = endpointOf(path, formatName);
    const checked = endpoint.format.server.ask(body, bytes.length - bytesOf({ endpoint: path, format: formatName }));
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

function endpointOf(path: JsonObject[string], format: JsonObject[string]): ModelEndpoint {
  const byFormat = path === undefined && format !== undefined;
  const wanted = path ?? USUAL_PATH;
  const found = modelEndpoints.find((each) => (byFormat ? each.format.name === format : each.path === wanted));
  if (found !== undefined) return found;
  const [field, values] = byFormat
    ? (['format', modelEndpoints.map((each) => each.format.name)] as const)
    : (['endpoint', modelEndpoints.map((each) => each.path)] as const);
  throw new Fault(invalid(`'${field}' must say where the request would be sent: ${values.join(', ')}.`, field));
}

function estimateDocument(model: string, { path, format }: ModelEndpoint, quote: Quote) {
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
