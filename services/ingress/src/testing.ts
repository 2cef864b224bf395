import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createKeyHasher } from '#api-keys/api-key.ts';
import type { AdminPort, FindAdminToken } from '#contracts/admin.ts';
import type { BalancePort, BalanceView, BillingPort, UsageByLine, UsageLine } from '#contracts/billing.ts';
import type { AdmitRequest, AdmitResponse, QuotaPort, QuoteResult } from '#contracts/quota.ts';
import type {
  CompleteFrame,
  CompleteRequest,
  CompletionSummary,
  CountTokensRequest,
  ProviderHealth,
  RoutedModel,
  RouterPort,
} from '#contracts/router.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { type Clock, systemClockUs } from '#kernel/clock.ts';
import { emptyResource, type ResourceOf } from '#registry/kinds.ts';
import type { ModelTable } from '#registry/model-table.ts';
import { createRegistry, type RegistryFold, SINGLE_ID } from '#registry/registry.ts';
import { createLogger } from '#telemetry/logger.ts';
import { createMetrics } from '#telemetry/metrics.ts';
import { createMemoryAdmin, type MemoryAdmin } from '#testkit/memory-admin.ts';
import { createMemoryNonces, type Nonces } from './access/nonces.ts';
import { type IngressConfig, ingressDefaults } from './config.ts';
import type { ClaimStore } from './idempotency/claim-store.ts';
import { createIdempotency } from './idempotency/idempotency.ts';
import { createMemoryClaims } from './idempotency/testing.ts';
import { createIngress, type Ingress } from './ingress.ts';
import { createMemoryLimiter } from './rate-limits/memory-limiter.ts';
import type { RunStore } from './responses/background/run-store.ts';
import type { ConversationStore } from './responses/conversations/conversation-store.ts';
import { createMemoryConversations } from './responses/conversations/testing.ts';
import type { ResponseStore } from './responses/response-store.ts';
import { createMemoryResponses } from './responses/testing.ts';
import { createRetries } from './retries/retries.ts';

export const ADMIN_TOKEN = 'an-admin-token-for-tests';
export const API_KEY = `ak_${'k'.repeat(64)}`;
export const USER_ID = 'user-1';
export const KEY_ID = 'key-0';
const KEY_PEPPER = 'ab'.repeat(32);
const hashKey = createKeyHasher(KEY_PEPPER);

/** A user in force. */
export function aUser(told: Partial<ResourceOf<'user'>> = {}): ResourceOf<'user'> {
  return { ...emptyResource('user', USER_ID), status: 'active', ...told };
}

/** A key in force, of the user above; `apiKey`: the key itself. */
export function aKey({ apiKey = API_KEY, ...told }: Partial<ResourceOf<'key'>> = {}): ResourceOf<'key'> {
  return { ...emptyResource('key', KEY_ID), userId: USER_ID, status: 'active', keyHash: hashKey(apiKey), ...told };
}

/** The gateway's settings. */
export function someSettings(told: Partial<ResourceOf<'settings'>>): ResourceOf<'settings'> {
  return { ...emptyResource('settings', SINGLE_ID), ...told };
}

export const model: RoutedModel = {
  id: 'gpt-test',
  ownedBy: 'openai',
  createdAtS: 1_700_000_000,
  outputTokensDefault: 0,
  candidates: [{ provider: 'simulator', model: 'gpt-test-1', priceKey: 'openai/gpt-test' }],
};

/** A dated name of the model. */
export const SNAPSHOT = 'gpt-test-2026-01-31';

const summary: CompletionSummary = {
  provider: 'simulator',
  model: 'gpt-test-1',
  inputTokens: 5,
  outputTokens: 2,
  estimated: false,
};

export const head = (contentType: string): CompleteFrame => ({
  kind: 'head',
  status: 200,
  contentType,
  provider: 'simulator',
  model: 'gpt-test-1',
  attempts: 1,
  dropped: [],
  headers: {},
});
export const data = (text: string): CompleteFrame => ({ kind: 'data', data: Buffer.from(text) });
export const end: CompleteFrame = { kind: 'end', summary };
export const chunk = (content: string): CompleteFrame =>
  data(
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content } }] })}\n\n`,
  );
export const done = data('data: [DONE]\n\n');
export const completion = JSON.stringify({
  id: 'c',
  object: 'chat.completion',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hello' } }],
});

/** The frames of a whole answer, streamed or not. */
export async function* wholeFrames({ stream }: CompleteRequest): AsyncGenerator<CompleteFrame> {
  yield head(stream ? 'text/event-stream' : 'application/json');
  if (stream) yield* [chunk('Hel'), chunk('lo'), done];
  else yield data(completion);
  yield end;
}

export interface TestGateway extends AsyncDisposable {
  readonly url: string;
  readonly ingress: Ingress;
  /** Policy, to be changed by `load`. It has a user and a key, `API_KEY`. */
  readonly registry: RegistryFold;
  /** The log's lines, parsed, as they come. */
  readonly lines: Record<string, unknown>[];
  readonly admitted: AdmitRequest[];
  /** Whose usage was asked for. */
  readonly usageAsked: string[];
  /** What the router was asked, with the signal it was given. */
  readonly completed: { readonly request: CompleteRequest; readonly signal: AbortSignal }[];
  /** Whose tokens were to be counted. */
  readonly counted: CountTokensRequest[];
  readonly admin: MemoryAdmin;
  /** Whether every answer's frames were read to the end. */
  framesLeft(): number;
  /** What was kept of /v1/responses. */
  readonly responses: ResponseStore & RunStore;
  readonly conversations: ConversationStore;
}

/** What differs from a gateway in which all is well. */
interface TestGatewayOptions {
  readonly config?: Partial<IngressConfig>;
  readonly frames?: (request: CompleteRequest, signal: AbortSignal) => AsyncIterable<CompleteFrame>;
  readonly quote?: QuotaPort['quote'];
  readonly count?: RouterPort['countTokens'];
  readonly admit?: (request: AdmitRequest) => Promise<AdmitResponse>;
  readonly readiness?: () => Promise<Record<string, string>>;
  readonly usageBy?: readonly UsageByLine[];
  readonly usage?: readonly UsageLine[];
  readonly balances?: BalancePort['balances'];
  readonly freePriceKey?: string;
  /** What the log has of a stream; nothing where it is left out. */
  readonly log?: (stream: string) => Promise<readonly RecordedEvent[]> | readonly RecordedEvent[];
  readonly claims?: ClaimStore;
  /** How long an agent that has left may take to come back. */
  readonly returnWithinMs?: number;
  readonly aloneSinceMs?: number;
  readonly answerMaxBytes?: number;
  readonly models?: readonly RoutedModel[];
  /** How a model is found, in place of by its name. */
  readonly find?: ModelTable['find'];
  readonly clock?: Clock;
  readonly nonces?: Nonces;
  readonly findAdminToken?: FindAdminToken;
  /** In place of administration in memory, for the methods it has. */
  readonly adminPort?: Partial<AdminPort>;
}

/** A provider that nothing is wrong with. */
function allIsWell(provider: string): ProviderHealth {
  const none = { reason: '', sinceMs: 0, inFlight: 0, waiting: 0, deployments: [], probedAtMs: 0 };
  return { provider, isHealthy: true, state: 'closed', ...none };
}

/** An ingress over real HTTP, on a port of its own, before ports that live in memory. */
export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const lines: Record<string, unknown>[] = [];
  const admitted: AdmitRequest[] = [];
  const usageAsked: string[] = [];
  const completed: { request: CompleteRequest; signal: AbortSignal }[] = [];
  const counted: CountTokensRequest[] = [];
  let framesLeft = 0;
  const quota: QuotaPort = {
    quote: async (request) => (options.quote ?? quoteAll)(request),
    admit(request) {
      admitted.push(request);
      return (options.admit ?? admitAll)(request);
    },
  };
  const { registry, admin } = policyInMemory();
  const logger = createLogger({
    level: 'debug',
    service: 'ingress',
    destination: { write: (line) => void lines.push(JSON.parse(line)) },
  });
  const claims = options.claims ?? createMemoryClaims();
  const [responses, conversations] = [createMemoryResponses(), createMemoryConversations()];
  const ingress = createIngress({
    config: { ...ingressDefaults, port: 0, adminToken: ADMIN_TOKEN, ...options.config },
    quota,
    router: {
      async *complete(request, signal) {
        completed.push({ request, signal });
        framesLeft++;
        yield* (options.frames ?? wholeFrames)(request, signal);
        framesLeft--;
      },
      async countTokens(request, signal) {
        counted.push(request);
        return (options.count ?? (async () => ({ inputTokens: 12, isEstimate: false })))(request, signal);
      },
      providerHealth: () => [allIsWell('simulator')],
    },
    registry,
    models: { ...modelsInMemory(options.models), ...(options.find !== undefined && { find: options.find }) },
    keyPepper: KEY_PEPPER,
    rateLimiter: createMemoryLimiter(systemClockUs),
    nonces: options.nonces ?? createMemoryNonces(),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    admin: options.adminPort === undefined ? admin.port : (options.adminPort as AdminPort),
    findAdminToken: options.findAdminToken ?? (() => undefined),
    readClientSecret: async () => '',
    billing: billingInMemory(options, usageAsked),
    balances: { balances: options.balances ?? (async (userIds) => userIds.map(nothing)) },
    idempotency: createIdempotency({ claims, keyPepper: KEY_PEPPER, logger, answerMaxBytes: options.answerMaxBytes }),
    retries: createRetries({ claims, keyPepper: KEY_PEPPER, logger, returnWithinMs: options.returnWithinMs }),
    aloneSinceMs: options.aloneSinceMs,
    responses,
    runs: responses,
    conversations,
    log: { readStream: async (stream) => [...((await options.log?.(stream)) ?? [])] },
    readiness: options.readiness ?? (async () => ({ database: 'ok' })),
    stats: async () => ({ log: { position: 7n } }),
    logger,
    metrics: createMetrics({ withProcessDefaults: false }),
  });
  const { url } = await ingress.listen();
  return {
    url,
    ingress,
    registry,
    lines,
    admitted,
    usageAsked,
    completed,
    counted,
    responses,
    conversations,
    admin,
    framesLeft: () => framesLeft,
    [Symbol.asyncDispose]: () => ingress.drain(),
  };
}

/** What was used, and what has a price. `usageAsked`: takes the users whose use was asked for. */
function billingInMemory(options: TestGatewayOptions, usageAsked: string[]): BillingPort {
  return {
    async usage({ userId }) {
      usageAsked.push(userId);
      return options.usage ?? [];
    },
    async usageBy({ userId }) {
      usageAsked.push(userId);
      return options.usageBy ?? [];
    },
    isPriced: (priceKey) => priceKey === 'openai/gpt-test',
    isFree: (priceKey) => options.freePriceKey === priceKey,
  };
}

function modelsInMemory(models: readonly RoutedModel[] = [model, { ...model, id: 'vendor/gpt-slash' }]): ModelTable {
  return {
    // As the real table does: a dated snapshot is found under the name of its model.
    find: (name) => (name === SNAPSHOT ? model : models.find(({ id }) => id === name)),
    routes: () => [],
    list: () => [...models, unpriced],
  };
}

function nothing(userId: string): BalanceView {
  return { userId, creditedNanoUsd: 0n, chargedNanoUsd: 0n, heldNanoUsd: 0n, availableNanoUsd: 0n };
}

/** Policy with a user and a key, and administration that changes it. */
function policyInMemory(): { readonly registry: RegistryFold; readonly admin: MemoryAdmin } {
  const registry = createRegistry();
  registry.load({ case: 'user', value: aUser() });
  registry.load({ case: 'key', value: aKey() });
  // What is administered is in force, as far as these tests need it.
  const admin = createMemoryAdmin((kind, { id, ...fields }) => {
    const text = (name: string): string => String(fields[name] ?? '');
    const status = text('status');
    if (kind === 'user') registry.load({ case: kind, value: aUser({ id, status }) });
    if (kind !== 'key') return;
    registry.load({ case: kind, value: aKey({ id, status, userId: text('userId'), apiKey: text('apiKey') }) });
  });
  return { registry, admin };
}

export interface Connection extends Disposable {
  readonly socket: Socket;
  readonly received: () => string;
  /** Resolves, with what came last, when the gateway has closed its side: `end`, or the code of an error. */
  readonly closed: Promise<string>;
}

/** A client's connection, half-open: the gateway's end does not end the client's side. Reads nothing if told so. */
export async function connectTo(gateway: TestGateway, { isReading = true } = {}): Promise<Connection> {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  const { promise: closed, resolve } = Promise.withResolvers<string>();
  socket.once('end', () => resolve('end'));
  socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
  await once(socket, 'connect');
  let text = '';
  if (isReading) {
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
    });
  }
  return { socket, received: () => text, closed, [Symbol.dispose]: () => void socket.destroy() };
}

/** A completion request as bytes. */
export function completionBytes(fields: object = {}, version = '1.1'): string {
  const body = JSON.stringify({ model: model.id, messages: [{ role: 'user', content: 'hi' }], ...fields });
  const head = [`host: g`, `authorization: Bearer ${API_KEY}`, `content-length: ${body.length}`].join('\r\n');
  return `POST /v1/chat/completions HTTP/${version}\r\n${head}\r\n\r\n${body}`;
}

/** The ingress' own figures; the request for them is in flight itself. */
export async function ingressStats(gateway: TestGateway): Promise<{
  readonly requests_in_flight: number;
  readonly answer_bytes_held: number;
}> {
  const document = (await (await fetch(`${gateway.url}/health/stats`)).json()) as { ingress: never };
  return document.ingress;
}

/** Asks until it is so. The test runner ends what never comes. */
export async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isSo())) await pause(5);
}

/** Resolves when the signal aborts. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

const unpriced: RoutedModel = {
  ...model,
  id: 'unpriced',
  candidates: [{ provider: 'simulator', model: 'unpriced', priceKey: 'openai/unpriced' }],
};

async function quoteAll({ candidates, promptTokensEstimate }: AdmitRequest): Promise<QuoteResult> {
  const [candidate] = candidates;
  if (candidate === undefined) return { kind: 'refused', refusal: { code: 'model_not_priced', message: 'No price.' } };
  return {
    kind: 'quoted',
    quote: {
      candidate: { ...candidate, priceVersion: 3 },
      multiplierBasisPoints: 15_000,
      boundNanoUsd: 1_500_000_001n,
      outputTokensBound: 100,
      lines: [{ unit: 'input', quantity: promptTokensEstimate, pricePicoUsd: 150_000n }],
      estimateNanoUsd: 225n,
    },
  };
}

async function admitAll({ candidates, promptTokensBound }: AdmitRequest): Promise<AdmitResponse> {
  return {
    result: {
      kind: 'admitted',
      durable: null,
      eventId: 'event-1',
      candidates: candidates.map((candidate) => ({ ...candidate, priceVersion: 1 })),
      holdNanoUsd: BigInt(promptTokensBound),
      outputTokensMax: 100,
      outputTokensBound: 100,
      multiplierBasisPoints: 10_000,
    },
    windows: [{ unit: 'requests', limit: 60, remaining: 59, resetMs: 12_000 }],
  };
}
