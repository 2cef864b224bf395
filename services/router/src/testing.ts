import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { type Unit, unitNames } from '#ai/units.ts';
import type { KeyPlaces } from '#config/key-references.ts';
import type { PrivatePlaces } from '#config/private-places.ts';
import { candidateToEvent } from '#contracts/candidate.ts';
import type { EventBodies } from '#contracts/events.ts';
import type { CompleteFrame, CompleteRequest } from '#contracts/router.ts';
import { requestVersion, streams } from '#contracts/streams.ts';
import type { Journal } from '#journal/journal.ts';
import { compileAddressRanges } from '#kernel/address-ranges.ts';
import type { Clock } from '#kernel/clock.ts';
import { newId } from '#kernel/ids.ts';
import { usageFromEvent } from '#money/quantities.ts';
import { anyRequest } from '#registry/any-request.ts';
import type { AnyResource, ResourceOf } from '#registry/kinds.ts';
import { liveModels } from '#registry/live-models.ts';
import type { ModelTable } from '#registry/model-table.ts';
import type { RegistryFold } from '#registry/registry.ts';
import { admitted } from '#testkit/events.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { policy, registryOf } from '#testkit/policy.ts';
import type { Scope } from '#testkit/test.ts';
import { createProviderKeys } from './adapters/provider-keys.ts';
import type { RouterLimits } from './config.ts';
import { createRouter, type Router } from './router.ts';

type Quantities = Readonly<Record<Unit, number>>;

/** What is on record of a request, with the quantity of each unit, 0 where it was not used. */
type Usage = EventBodies['UsageRecorded'] & {
  readonly usage: Quantities;
  readonly losses: readonly (readonly [attempt: number, input: number, output: number, estimated: boolean])[];
};

/** A router over a test's providers, on a log in memory. It is closed with the test. */
export interface TestRouter {
  readonly router: Router;
  readonly registry: RegistryFold;
  readonly models: ModelTable;
  readonly journal: Journal;
  /** Admits a request and runs it to its end. */
  ask(body: Record<string, unknown>, options?: AskOptions): Promise<Asked>;
  /** The one recorded usage of a request; undefined if there is none. */
  usageOf(requestId: string): Promise<Usage | undefined>;
  /** The counted losses, such as 'p input 7'. */
  readonly lost: readonly string[];
  /** The counted copies, such as 's completed'. */
  readonly copies: readonly string[];
}

/** A provider of a test, with its key. */
export interface TestProvider {
  readonly resource: AnyResource<'provider'>;
  readonly apiKey: string;
}

export interface TestRouterConfig extends Partial<RouterLimits> {
  /** In the order in which they are tried. */
  readonly providers: readonly TestProvider[];
  /** Keys of accounts. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
}

export interface AskOptions {
  readonly signal?: AbortSignal;
  readonly onFrame?: (frame: CompleteFrame) => void;
  /** What is asked otherwise than in a chat completion. */
  readonly request?: Partial<CompleteRequest>;
}

export interface Asked {
  readonly requestId: string;
  readonly frames: readonly CompleteFrame[];
  readonly text: string;
  readonly usage: Usage | undefined;
  /** The last frame's failure; undefined if the answer came to its end. */
  readonly failure: Extract<CompleteFrame, { kind: 'failure' }>['failure'] | undefined;
}

export const testBounds = { outputTokensMax: 1_000, promptTokensBound: 10_000 } as const;

export function testProvider(
  name: string,
  baseUrl: string,
  { apiKey = 'sk-secret', ...more }: Partial<Omit<ResourceOf<'provider'>, '$typeName' | '$unknown'>> = {},
): TestProvider {
  const fields = {
    id: name,
    baseUrl,
    catalogue: 'openai',
    models: ['m'],
    apiKeyRef: `env:${keyVariable(name)}`,
    ...more,
  };
  return { resource: policy.provider(fields), apiKey };
}

/** Where keys may be, in a test. */
export function keyPlaces(dirs: readonly string[] = []): KeyPlaces {
  return { variables: new Set(), dirs, files: [], secretsFile: '/nowhere/secrets.json' };
}

/** Providers of tests run on this machine. */
export const thisMachine: PrivatePlaces = {
  all: false,
  names: new Set(['localhost']),
  ranges: compileAddressRanges(['127.0.0.0/8']),
  origins: new Set(),
};

function keyVariable(name: string): string {
  return `${name.toUpperCase()}_KEY`;
}

export function createTestRouter(
  test: Scope,
  { providers, environment: more = {}, clock, ...limits }: TestRouterConfig,
  wrapJournal: (journal: Journal) => Journal = (journal) => journal,
): TestRouter {
  const registry = registryOf(
    ...providers.map(({ resource }, priority) => policy.provider({ ...resource.value, priority })),
  );
  const models = liveModels(registry);
  const own = Object.fromEntries(providers.map(({ resource, apiKey }) => [keyVariable(resource.value.id), apiKey]));
  const environment = { ...own, ...more };
  const journal = createMemoryJournal();
  const logger = pino({ level: 'silent' });
  const lost: string[] = [];
  const copies: string[] = [];
  const router = createRouter({
    limits: { closeMaxMs: 200, ...limits },
    registry,
    keys: createProviderKeys({ environment, masterKey: null, places: keyPlaces() }),
    privatePlaces: thisMachine,
    journal: wrapJournal(journal),
    logger,
    shadows: { inc: ({ provider, outcome }) => void copies.push(`${provider} ${outcome}`) },
    ...(clock === undefined ? {} : { clock }),
    unchargedTokens: {
      inc({ provider, kind }, tokens) {
        if (tokens > 0) lost.push(`${provider} ${kind} ${tokens}`);
      },
    },
  });
  test.defer(() => router.close());

  async function usageOf(requestId: string): Promise<Usage | undefined> {
    const event = (await journal.readStream(streams.request(requestId)))[requestVersion.ended - 1];
    return event?.type === 'UsageRecorded' ? readable(event.data) : undefined;
  }

  return {
    router,
    registry,
    models,
    journal,
    usageOf,
    lost,
    copies,
    async ask(body, { signal = new AbortController().signal, onFrame, request: changed = {} } = {}) {
      const request = { ...(await admit(journal, models, { model: 'm', ...body })), ...changed };
      const frames: CompleteFrame[] = [];
      for await (const frame of router.complete(request, signal)) {
        frames.push(frame);
        onFrame?.(frame);
      }
      const data = frames.flatMap((frame) => (frame.kind === 'data' ? [frame.data] : []));
      const last = frames.at(-1);
      return {
        requestId: request.requestId,
        frames,
        text: Buffer.concat(data).toString(),
        usage: await usageOf(request.requestId),
        failure: last?.kind === 'failure' ? last.failure : undefined,
      };
    },
  };
}

function readable(data: EventBodies['UsageRecorded']): Usage {
  const losses = data.houseLosses.map(({ attempt, quantities, estimated }) => {
    const { input, output } = allOf(quantities);
    return [attempt, input, output, estimated] as const;
  });
  return { ...data, usage: allOf(data.quantities), losses };
}

function allOf(quantities: EventBodies['UsageRecorded']['quantities']): Quantities {
  const used = usageFromEvent(quantities);
  return Object.fromEntries(unitNames.map((unit) => [unit, used[unit] ?? 0])) as Quantities;
}

const anyone = { userId: 'u', keyId: '', teamId: '', tags: [] };

/** Records an admission, as quota does, and returns its request. */
export async function admit(
  journal: Journal,
  models: ModelTable,
  parsedBody: Record<string, unknown>,
): Promise<CompleteRequest> {
  const requestId = newId();
  const admissionEventId = newId();
  const candidates = (models.find(String(parsedBody['model']), anyone, anyRequest(0))?.candidates ?? []).map(
    (candidate) => ({
      ...candidate,
      priceVersion: 1,
    }),
  );
  const { promptTokensBound, outputTokensMax } = testBounds;
  const model = String(parsedBody['model']);
  const stream = parsedBody['stream'] === true;
  const bounds = { promptTokensBound, outputTokensBound: outputTokensMax };
  const admission = admitted({
    requestId,
    userId: 'u',
    model,
    stream,
    candidates: candidates.map(candidateToEvent),
    ...bounds,
  });
  await journal.append({
    stream: streams.request(requestId),
    expectedVersion: 0,
    events: [{ eventId: admissionEventId, ...admission }],
    correlationId: requestId,
    causationId: '',
  });
  return {
    requestId,
    userId: 'u',
    body: Buffer.from(JSON.stringify(parsedBody)),
    parsedBody,
    stream,
    candidates,
    outputTokensMax,
    promptTokensBound,
    outputTokensBound: outputTokensMax,
    admissionEventId,
    operation: 'chat',
    format: 'openai-chat',
    headers: {},
    dropsUnplaced: false,
    tellsCost: false,
    multiplierBasisPoints: 10_000,
  };
}

/** A provider of a test's own, for behaviour that the simulator lacks. Returns its base URL. Stops with the test. */
export async function hostileProvider(
  test: Scope,
  answer: (response: ServerResponse, request: IncomingMessage, body: string, call: number) => void,
): Promise<string> {
  let calls = 0;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      calls += 1;
      answer(response, request, Buffer.concat(parts).toString(), calls);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

/** A chat completion of one choice, with a usage of 7 and 2 tokens. */
export const wholeAnswer = JSON.stringify({
  id: 'c',
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello there' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
});

/** One streamed piece of content. */
export function contentEvent(content: string): string {
  return `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;
}

export const finishEvent = 'data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n';
export const usageEvent = 'data: {"id":"c","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}}\n\n';
export const doneEvent = 'data: [DONE]\n\n';
