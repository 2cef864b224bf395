import type { Addressed, FrontFormatName } from '#ai/format.ts';
import { formatTable } from '#ai/formats/format-table.ts';
import { Fault } from '#errors/fault.ts';
import { asObject, type JsonObject } from '#kernel/json.ts';
import type { Identify } from '../access/identify.ts';
import { attributionOf } from '../completions/attribution.ts';
import { COSTLY_BODY_BYTES } from '../completions/refuse-without-money.ts';
import { createForwardHeaders } from '../completions/request-options.ts';
import { routedModel } from '../completions/routed-model.ts';
import { routingOptions } from '../completions/routing-options.ts';
import { answerJson } from '../http/answer.ts';
import type { Exchange, Handler } from '../http/exchange.ts';
import { parseJsonObject } from '../http/parse-json-object.ts';
import { type BodyLimits, readBody } from '../http/read-body.ts';
import type { OwnTurn } from '../http/turns.ts';
import { modelNameIn } from '../models/model-name.ts';
import type { IngressDependencies } from '../ports.ts';
import type { BeginTurn } from '../responses/conversation.ts';
import { hasSummary } from '../responses/open-summaries.ts';
import { addressOf, geminiPatterns } from './gemini-endpoints.ts';

/** Providers answer within a second or so; a few of them may be asked one after the other. */
export const COUNT_TIMEOUT_MS = 30_000;

/** Says that no provider counted: the gateway's own tokenizer did. */
const ESTIMATED_HEADER = 'x-gateway-estimated';

interface CountRow {
  readonly path: string;
  /** The format of the request whose prompt is counted. */
  readonly format: FrontFormatName;
  readonly answer: (inputTokens: number) => object;
  /** What a request of the format must have and a count need not. */
  readonly needless: JsonObject;
  /** Where the URL says the model. */
  readonly addressOf?: (url: string) => Addressed;
  /** The field that a client may put its request in; absent: none. */
  readonly envelope?: string;
}

/** Where a client asks how many tokens its prompt has. */
export const countEndpoints: readonly CountRow[] = [
  {
    path: '/v1/messages/count_tokens',
    format: 'anthropic-messages',
    answer: (inputTokens) => ({ input_tokens: inputTokens }),
    needless: { max_tokens: 1 },
  },
  {
    path: '/v1/responses/input_tokens',
    format: 'openai-responses',
    answer: (inputTokens) => ({ object: 'response.input_tokens', input_tokens: inputTokens }),
    needless: { input: '' },
  },
  ...geminiPatterns('countTokens').map(
    (path): CountRow => ({
      path,
      format: 'gemini-generate',
      answer: (inputTokens) => ({ totalTokens: inputTokens }),
      needless: {},
      addressOf: (url) => addressOf(url, 'countTokens'),
      envelope: 'generateContentRequest',
    }),
  ),
];

/** What counts prompts. */
export interface Counting {
  readonly dependencies: Pick<IngressDependencies, 'config' | 'router' | 'models' | 'billing' | 'registry' | 'clock'>;
  readonly identify: Identify;
  readonly limits: BodyLimits;
  readonly ownTurn: OwnTurn;
  readonly beginTurn: BeginTurn;
}

/**
 * `POST` of a row: counts the prompt of a request, for nothing, by the provider that the request would go to. What the request
 * itself would be refused for is refused here: nothing of it may reach what the gateway's account at the provider keeps.
 */
export function countTokensHandler(
  { dependencies, identify, limits, ownTurn, beginTurn }: Counting,
  { format, answer, needless, addressOf: addressIn, envelope }: CountRow,
): Handler {
  const { config, router, registry } = dependencies;
  const forwardHeaders = createForwardHeaders(formatTable[format].client.forwardedHeaders);
  return async (exchange) => {
    const identity = await identify(exchange);
    const sentBody = await readBody(exchange, limits);
    if (sentBody.length > COSTLY_BODY_BYTES) await ownTurn();
    const sent = parseJsonObject(sentBody);
    const goesOn =
      format === 'openai-responses' &&
      ((sent['previous_response_id'] ?? sent['conversation'] ?? null) !== null || hasSummary(sentBody));
    // Nothing of a count is kept: only the turns before are wanted.
    const wrapped = envelope === undefined ? null : asObject(sent[envelope]);
    const body = goesOn
      ? (await beginTurn(exchange, identity, sentBody, sent)).body
      : wrapped === null
        ? sentBody
        : Buffer.from(JSON.stringify(wrapped));
    const parsedBody = wrapped ?? (body === sentBody ? sent : parseJsonObject(body));
    const addressed = addressIn?.(exchange.request.url ?? '');
    const name = addressed?.model ?? modelNameIn(parsedBody);
    const checked = formatTable[format].server.ask(withNeedless(parsedBody, needless), body.length, addressed);
    if ('refusal' in checked) throw new Fault(checked.refusal);
    const headers = forwardHeaders(exchange.request.headers);
    const { asked: prompt } = checked;
    const attribution = attributionOf(exchange.request.headers, parsedBody);
    const { refusedRequestOptions: refused } = registry.settings();
    const options = routingOptions(exchange.request.headers, { refused, timeoutMaxMs: config.requestTimeoutMs });
    const { model } = routedModel(dependencies, exchange, {
      identity,
      asked: { ...prompt, model: name },
      attribution,
      options,
    });
    // A fallback may count otherwise.
    const first = model.candidates.filter(({ stage = 0 }) => stage === 0);
    const candidates = first.length > 0 ? first : model.candidates;
    const asked = { requestId: exchange.id, format, headers, body, parsedBody, candidates };
    const { inputTokens, isEstimate } = await router.countTokens(asked, leftOf(exchange));
    answerJson(exchange, 200, answer(inputTokens), isEstimate ? { [ESTIMATED_HEADER]: 'true' } : {});
  };
}

/** The request with what it left out and need not say. */
function withNeedless(body: JsonObject, needless: JsonObject): JsonObject {
  const missing = Object.entries(needless).filter(([name]) => (body[name] ?? null) === null);
  return missing.length === 0 ? body : { ...body, ...Object.fromEntries(missing) };
}

/** Aborts when the client has left, or was answered otherwise. */
function leftOf({ response }: Exchange): AbortSignal {
  const controller = new AbortController();
  if (response.destroyed) controller.abort();
  response.once('close', () => controller.abort());
  return controller.signal;
}
