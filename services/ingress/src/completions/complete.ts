import type { Identity } from '#api-keys/identity.ts';
import type { RoutedModel } from '#contracts/router.ts';
import { Fault } from '#errors/fault.ts';
import { callerOf } from '#registry/caller.ts';
import type { Identify } from '../access/identify.ts';
import { hasModelRules, usableModel } from '../access/permissions.ts';
import type { Exchange, Handler } from '../http/exchange.ts';
import { parseJsonObject } from '../http/parse-json-object.ts';
import { rateLimitHeaders } from '../http/rate-limit-headers.ts';
import { type BodyLimits, readBody } from '../http/read-body.ts';
import { createTurns, type OwnTurn } from '../http/turns.ts';
import { idempotencyKeyIn } from '../idempotency/idempotency-key.ts';
import type { IngressDependencies } from '../ports.ts';
import { boundAdmission, watchClient } from './client-presence.ts';
import { completeOnce, type Once } from './complete-once.ts';
import { deliver } from './deliver.ts';
import { type CompletionAsked, parseCompletion } from './parse-completion.ts';
import { promptTokensBound } from './prompt-tokens-bound.ts';
import type { QuotaUsage } from './quota-usage.ts';
import { COSTLY_BODY_BYTES, createRefuseWithoutMoney, type RefuseWithoutMoney } from './refuse-without-money.ts';
import { streamAnswer } from './stream-answer.ts';
import { unpricedFeature } from './unpriced-features.ts';
import { wholeAnswer } from './whole-answer.ts';

/** The output bound of each choice: the client's own, or what its request was fitted to. */
const OUTPUT_TOKENS_HEADER = 'x-gateway-max-output-tokens';

type Dependencies = Pick<
  IngressDependencies,
  'config' | 'quota' | 'router' | 'models' | 'registry' | 'balances' | 'billing' | 'log' | 'logger' | 'idempotency'
>;

/** What serves completions. */
interface Completions {
  readonly dependencies: Dependencies;
  readonly limits: BodyLimits;
  readonly usage: QuotaUsage;
  readonly refuseWithoutMoney: RefuseWithoutMoney;
  readonly ownTurn: OwnTurn;
}

/** `POST /v1/chat/completions`: who, what, may they, and then the answer. */
export function completionHandler(
  dependencies: Dependencies,
  identify: Identify,
  limits: BodyLimits,
  usage: QuotaUsage,
): Handler {
  const refuseWithoutMoney = createRefuseWithoutMoney(dependencies);
  const completions: Completions = { dependencies, limits, usage, refuseWithoutMoney, ownTurn: createTurns() };
  const once = completeOnce(dependencies);
  return async function complete(exchange) {
    // Before the body is read: a stranger's bytes are not kept.
    const identified = identify(exchange);
    // Without rate limits it is a look-up in memory, and nothing is waited for.
    const identity = identified instanceof Promise ? await identified : identified;
    const idempotencyKey = idempotencyKeyIn(exchange.request.headers);
    if (idempotencyKey === undefined) {
      const body = await readAffordable(completions, exchange, identity);
      await run(completions, exchange, identity, body, undefined);
      return;
    }
    const body = await readBody(exchange, limits);
    // The answer that was kept may be one to another key of the user.
    if (hasModelRules(identity)) await assertModelUsable(completions, identity, body);
    await once(exchange, { identity, idempotencyKey, body }, async (kept) => {
      // Not before: what was paid for once is given again to a user who has no money left.
      await refuseWithoutMoney(identity, body.length);
      await run(completions, exchange, identity, body, kept);
    });
  };
}

/** The body; a large one of a user without money is refused, before it is sent where its length is declared. */
async function readAffordable(
  { limits, refuseWithoutMoney }: Completions,
  exchange: Exchange,
  identity: Identity,
): Promise<Buffer> {
  // Whether a large body is wanted is what a client asks with `Expect`.
  const declaredBytes = Number(exchange.request.headers['content-length'] ?? 0);
  // A body over the limit is refused without any look-up.
  const early = declaredBytes > limits.bodyMaxBytes ? undefined : refuseWithoutMoney(identity, declaredBytes);
  if (early !== undefined) await early;
  const body = await readBody(exchange, limits);
  if (early === undefined && body.length > declaredBytes) await refuseWithoutMoney(identity, body.length);
  return body;
}

async function run(
  { dependencies, usage, ownTurn }: Completions,
  exchange: Exchange,
  identity: Identity,
  body: Buffer,
  once: Once | undefined,
): Promise<void> {
  const { config, quota, router, models, registry } = dependencies;
  const { userId, keyId, teamId } = identity;
  if (body.length > COSTLY_BODY_BYTES) await ownTurn();
  const parsedBody = parseJsonObject(body);
  const { asked, promptTokens, promptEstimate } = check(parsedBody, body.length);
  const found = models.find(asked.model, callerOf(registry, identity));
  const model = findModel(exchange, found, asked);
  const { candidates, outputTokensDefault } = usableModel(identity, asked.model, model);
  const answer = asked.stream ? streamAnswer(exchange) : wholeAnswer(exchange);
  using client = watchClient(exchange, answer, config.requestTimeoutMs, once !== undefined);
  using admission = boundAdmission(exchange, config.admissionTimeoutMs);
  const { result, windows } = await quota.admit({
    requestId: exchange.id,
    userId,
    keyId,
    teamId,
    model: asked.model,
    stream: asked.stream,
    candidates,
    promptTokensBound: promptTokens,
    promptTokensEstimate: promptEstimate,
    outputTokensRequested: asked.outputTokensRequested,
    outputTokensDefault,
    choices: asked.choices,
    traceparent: exchange.traceparent,
  });
  admission[Symbol.dispose]();
  usage.note(identity, windows);
  setHeaders(exchange, rateLimitHeaders(windows));
  if (result.kind === 'refused') throw new Fault(result.refusal);
  setHeaders(exchange, { [OUTPUT_TOKENS_HEADER]: String(result.outputTokensMax) });

  // From here on a hold is placed. The router ends it, also for a client that has left, or was told no, by now.
  const shutOut = await once?.admitted(result.durable);
  const frames = router.complete(
    {
      requestId: exchange.id,
      userId,
      body,
      parsedBody,
      stream: asked.stream,
      candidates: result.candidates,
      outputTokensMax: result.outputTokensMax,
      promptTokensBound: promptTokens,
      outputTokensBound: result.outputTokensBound,
      admissionEventId: result.eventId,
      traceparent: exchange.traceparent,
    },
    shutOut === undefined ? client.signal : AbortSignal.abort(),
  );
  if (once === undefined) await deliver(exchange, frames, answer, result.durable);
  else if (shutOut === undefined) await deliver(exchange, once.kept(frames, asked.stream, client.signal), answer, null);
  else await throwAfter(frames, shutOut);
}

/** A request that was begun with an aborted signal calls no provider; its last frame says that its hold has ended. */
async function throwAfter(frames: AsyncIterable<unknown>, fault: Fault): Promise<never> {
  for await (const _frame of frames);
  throw fault;
}

function check(
  body: Readonly<Record<string, unknown>>,
  bodyBytes: number,
): { asked: CompletionAsked; promptTokens: number; promptEstimate: number } {
  const parsed = parseCompletion(body);
  if ('refusal' in parsed) throw new Fault(parsed.refusal);
  const unpriced = unpricedFeature(body, parsed.asked.messages);
  if (unpriced !== undefined) throw new Fault(unpriced);
  const bound = promptTokensBound(bodyBytes, parsed.asked.messages);
  if ('refusal' in bound) throw new Fault(bound.refusal);
  return { asked: parsed.asked, promptTokens: bound.tokens, promptEstimate: bound.estimate };
}

/** A model that is not there, or no longer, is passed over: the request is refused later, or was answered before. */
async function assertModelUsable(
  { dependencies, ownTurn }: Completions,
  identity: Identity,
  body: Buffer,
): Promise<void> {
  if (body.length > COSTLY_BODY_BYTES) await ownTurn();
  const { model: name } = parseJsonObject(body);
  if (typeof name !== 'string') return;
  const { models, registry } = dependencies;
  const model = models.find(name, callerOf(registry, identity));
  if (model !== undefined) usableModel(identity, name, model);
}

function findModel(exchange: Exchange, model: RoutedModel | undefined, asked: CompletionAsked): RoutedModel {
  exchange.record.stream = asked.stream;
  if (model === undefined) {
    throw new Fault({
      code: 'model_not_found',
      message: `The model \`${asked.model}\` does not exist or you do not have access to it.`,
      param: 'model',
    });
  }
  exchange.record.model = model.id;
  return model;
}

function setHeaders({ response }: Exchange, headers: Readonly<Record<string, string>>): void {
  if (response.headersSent) return;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}
