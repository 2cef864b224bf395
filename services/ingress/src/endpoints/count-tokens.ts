import type { FormatName } from '#ai/format.ts';
import { formatTable } from '#ai/formats/format-table.ts';
import { callerOf } from '#registry/caller.ts';
import type { Identify } from '../access/identify.ts';
import { usableModel } from '../access/permissions.ts';
import { COSTLY_BODY_BYTES } from '../completions/refuse-without-money.ts';
import { createForwardHeaders } from '../completions/request-options.ts';
import { answerJson } from '../http/answer.ts';
import type { Exchange, Handler } from '../http/exchange.ts';
import { parseJsonObject } from '../http/parse-json-object.ts';
import { type BodyLimits, readBody } from '../http/read-body.ts';
import type { OwnTurn } from '../http/turns.ts';
import { findModel } from '../models/find-model.ts';
import { modelNameIn } from '../models/model-name.ts';
import type { IngressDependencies } from '../ports.ts';

/** Providers answer within a second or so; a few of them may be asked one after the other. */
export const COUNT_TIMEOUT_MS = 30_000;

/** Says that no provider counted: the gateway's own tokenizer did. */
const ESTIMATED_HEADER = 'x-gateway-estimated';

interface CountRow {
  readonly path: string;
  /** The format of the request whose prompt is counted. */
  readonly format: FormatName;
  readonly answer: (inputTokens: number) => object;
}

/** Where a client asks how many tokens its prompt has. */
export const countEndpoints: readonly CountRow[] = [
  {
    path: '/v1/messages/count_tokens',
    format: 'anthropic-messages',
    answer: (inputTokens) => ({ input_tokens: inputTokens }),
  },
  {
    path: '/v1/responses/input_tokens',
    format: 'openai-responses',
    answer: (inputTokens) => ({ object: 'response.input_tokens', input_tokens: inputTokens }),
  },
];

/** What counts prompts. */
export interface Counting {
  readonly dependencies: Pick<IngressDependencies, 'router' | 'models' | 'registry'>;
  readonly identify: Identify;
  readonly limits: BodyLimits;
  readonly ownTurn: OwnTurn;
}

/** `POST` of a row: counts the prompt of a request, for nothing, by the provider that the request would go to. */
export function countTokensHandler(
  { dependencies, identify, limits, ownTurn }: Counting,
  { format, answer }: CountRow,
): Handler {
  const { router, models, registry } = dependencies;
  const forwardHeaders = createForwardHeaders(formatTable[format].client.forwardedHeaders);
  return async (exchange) => {
    const identity = await identify(exchange);
    const body = await readBody(exchange, limits);
    if (body.length > COSTLY_BODY_BYTES) await ownTurn();
    const parsedBody = parseJsonObject(body);
    const name = modelNameIn(parsedBody);
    const headers = forwardHeaders(exchange.request.headers);
    const found = findModel(exchange, models, name, callerOf(registry, identity));
    const { candidates } = usableModel(identity, name, found);
    const asked = { requestId: exchange.id, format, headers, body, parsedBody, candidates };
    const { inputTokens, isEstimate } = await router.countTokens(asked, leftOf(exchange));
    answerJson(exchange, 200, answer(inputTokens), isEstimate ? { [ESTIMATED_HEADER]: 'true' } : {});
  };
}

/** Aborts when the client has left, or was answered otherwise. */
function leftOf({ response }: Exchange): AbortSignal {
  const controller = new AbortController();
  if (response.destroyed) controller.abort();
  response.once('close', () => controller.abort());
  return controller.signal;
}
