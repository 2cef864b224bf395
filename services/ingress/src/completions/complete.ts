import type { Identity } from '#api-keys/identity.ts';
import { Fault } from '#errors/fault.ts';
import { systemClock } from '#kernel/clock.ts';
import { anyRequest } from '#registry/any-request.ts';
import { callerOf } from '#registry/caller.ts';
import type { Identify } from '../access/identify.ts';
import { hasModelRules, usableModel } from '../access/permissions.ts';
import { askedAt, type ModelEndpoint } from '../endpoints/model-endpoint.ts';
import type { Exchange, Handler } from '../http/exchange.ts';
import { parseJsonObject } from '../http/parse-json-object.ts';
import { type BodyLimits, readBody } from '../http/read-body.ts';
import type { OwnTurn } from '../http/turns.ts';
import { idempotencyKeyIn } from '../idempotency/idempotency-key.ts';
import type { IngressDependencies } from '../ports.ts';
import { type Backgrounds, createBackground } from '../responses/background/background-handler.ts';
import type { BeginTurn } from '../responses/conversation.ts';
import type { ResponseStore } from '../responses/response-store.ts';
import { agentSessionIn } from '../retries/agent-session.ts';
import { attributionOf } from './attribution.ts';
import { httpAudience } from './audience.ts';
import { completeOnce } from './complete-once.ts';
import { completeRetried } from './complete-retried.ts';
import { createOpenAnswer } from './open-answer.ts';
import type { QuotaUsage } from './quota-usage.ts';
import { COSTLY_BODY_BYTES, type RefuseWithoutMoney } from './refuse-without-money.ts';
import { createForwardHeaders } from './request-options.ts';
import { routeRequestOf } from './route-request.ts';
import { type CompletionParts, type RunDependencies, runCompletion } from './run-completion.ts';

/** What serves the endpoints at which a model is asked for something. */
export interface Completions {
  readonly dependencies: RunDependencies &
    Pick<IngressDependencies, 'log' | 'logger' | 'idempotency' | 'retries' | 'aloneSinceMs' | 'runs' | 'responses'>;
  readonly identify: Identify;
  readonly limits: BodyLimits;
  readonly usage: QuotaUsage;
  readonly refuseWithoutMoney: RefuseWithoutMoney;
  readonly ownTurn: OwnTurn;
  readonly beginTurn: BeginTurn;
  /** The same with another store of responses. */
  readonly beginTurnIn: (store: Pick<ResponseStore, 'keep' | 'conversation' | 'remember'>) => BeginTurn;
  /** As `beginTurn`, of a turn whose answer is the conversation made shorter. */
  readonly beginCompaction: BeginTurn;
  readonly backgrounds: Backgrounds;
}

/** `POST` of an endpoint: who, what, may they, and then the answer. */
export function completionHandler(completions: Completions, endpoint: ModelEndpoint): Handler {
  const { dependencies, identify, limits, refuseWithoutMoney } = completions;
  const openAnswer = createOpenAnswer(endpoint, dependencies.registry);
  const forwardHeaders = createForwardHeaders(endpoint.format.client.forwardedHeaders);
  const beginTurn = turnsOf(completions, endpoint);
  const parts: CompletionParts = { ...completions, endpoint, forwardHeaders, beginTurn };
  const background = endpoint.keepsTurns
    ? createBackground(completions.backgrounds, { ...parts, dependencies, refuseWithoutMoney }, openAnswer)
    : undefined;
  const once = completeOnce(dependencies, endpoint, openAnswer);
  const retried = completeRetried(dependencies, endpoint, openAnswer);
  return async function complete(exchange) {
    // Before the body is read: a stranger's bytes are not kept.
    const identified = identify(exchange);
    // Without rate limits it is a look-up in memory, and nothing is waited for.
    const identity = identified instanceof Promise ? await identified : identified;
    const audience = httpAudience(exchange, openAnswer, dependencies.config.requestTimeoutMs);
    const idempotencyKey = idempotencyKeyIn(exchange.request.headers);
    const session = idempotencyKey === undefined ? repeatingSession(completions, endpoint, exchange) : undefined;
    if (idempotencyKey === undefined && session === undefined) {
      const body = await readAffordable(completions, exchange, identity);
      if (await background?.(exchange, identity, body, undefined)) return;
      await runCompletion(parts, exchange, audience, identity, body, undefined);
      return;
    }
    const body = await readBody(exchange, limits);
    if (await background?.(exchange, identity, body, idempotencyKey)) return;
    // The answer that was kept may be one to another key of the user.
    if (hasModelRules(identity)) await assertModelUsable(parts, exchange, identity, body);
    if (idempotencyKey === undefined) {
      await retried(exchange, { identity, session: session ?? '', body }, async (repeatable) => {
        await refuseWithoutMoney(identity, body.length);
        const { requestTimeoutMs } = dependencies.config;
        const to = httpAudience(exchange, repeatable.openAnswer, requestTimeoutMs, repeatable.whileAway);
        await runCompletion(parts, exchange, to, identity, body, repeatable.once);
      });
      return;
    }
    await once(exchange, { identity, idempotencyKey, body }, async (kept) => {
      // Not before: what was paid for once is given again to a user who has no money left.
      await refuseWithoutMoney(identity, body.length);
      await runCompletion(parts, exchange, audience, identity, body, kept);
    });
  };
}

const OVERLOADED_RETRY_AFTER_MS = 1_000;

/** As many requests run as may. */
export function overloaded(): Fault {
  return new Fault({
    code: 'unavailable',
    message: 'The gateway has as many requests at once as it takes; try again shortly.',
    retryAfterMs: OVERLOADED_RETRY_AFTER_MS,
  });
}

function turnsOf(completions: Completions, { keepsTurns, compacts = false }: ModelEndpoint): BeginTurn | undefined {
  if (compacts) return completions.beginCompaction;
  return keepsTurns ? completions.beginTurn : undefined;
}

/** The session of an agent whose repetitions get the answer of the first try; undefined: each request is one of its own. */
export function repeatingSession(
  { dependencies }: Pick<Completions, 'dependencies'>,
  { format }: ModelEndpoint,
  { request }: Pick<Exchange, 'request'>,
): string | undefined {
  if (format.operation !== 'chat') return undefined;
  const session = agentSessionIn(request.headers);
  if (session === undefined) return undefined;
  const { agentRetries, abandonedAnswers } = dependencies.registry.settings();
  // Where abandoned answers are stopped, none is left for a client that comes back.
  return agentRetries === 'each' || abandonedAnswers === 'stop' ? undefined : session;
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

/** A model that is not there, or no longer, is passed over: the request is refused later, or was answered before. */
async function assertModelUsable(
  { dependencies, endpoint, ownTurn }: CompletionParts,
  exchange: Exchange,
  identity: Identity,
  body: Buffer,
): Promise<void> {
  if (body.length > COSTLY_BODY_BYTES) await ownTurn();
  const parsedBody = parseJsonObject(body, endpoint.bounds);
  const name = endpoint.addressOf?.(exchange.request.url ?? '').model ?? parsedBody['model'];
  if (typeof name !== 'string') return;
  const { models, registry, clock = systemClock } = dependencies;
  const { headers } = exchange.request;
  const checked = askedAt(endpoint, exchange.request.url, parsedBody, body.length);
  const { userId } = identity;
  const nowMs = clock();
  // What goes on from an earlier response may lack what is its own: it is routed by its name then.
  const request =
    'refusal' in checked
      ? anyRequest(nowMs)
      : routeRequestOf({
          ...{ userId, headers, asked: checked.asked, region: '', nowMs },
          attribution: attributionOf(headers, parsedBody),
        });
  const model = models.find(name, callerOf(registry, identity), request);
  if (model !== undefined) usableModel(identity, name, model);
}
