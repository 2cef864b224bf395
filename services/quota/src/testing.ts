import { join } from 'node:path';
import type pg from 'pg';
import type { EventType, GatewayEvent } from '#contracts/events.ts';
import { streams } from '#contracts/streams.ts';
import type { Journal } from '#journal/journal.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { newId } from '#kernel/ids.ts';
import { migrate } from '#postgres/migrate.ts';
import { openPool } from '#postgres/pool.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { leadQuota, loadAndFollow, type Quota } from './quota.ts';

/** Events as the services write them, for specifications: what a spec does not care about has a plain value. */

export function created(user: {
  readonly userId: string;
  readonly requestsPerMinute?: number;
  readonly multiplierBasisPoints?: number;
}): GatewayEvent<'UserCreated'> {
  const { userId, requestsPerMinute = 0, multiplierBasisPoints = 0 } = user;
  return {
    type: 'UserCreated',
    data: { userId, sealedProfile: '', requestsPerMinute, multiplierBasisPoints, createdAtMs: '0' },
  };
}

export function credited(userId: string, amountNanoUsd: bigint): GatewayEvent<'BalanceCredited'> {
  return {
    type: 'BalanceCredited',
    data: {
      userId,
      creditId: 'credit',
      amountNanoUsd: String(amountNanoUsd),
      reason: 'top-up',
      postings: [],
      creditedAtMs: '0',
    },
  };
}

/** One nano-USD an output token and nothing for the prompt, unless it says otherwise: a hold is then its output bound. */
export function priced(
  priceKey: string,
  price: {
    readonly inputPicoUsd?: number;
    readonly outputPicoUsd?: number;
    readonly contextTokens?: number;
    readonly outputTokensMax?: number;
  } = {},
): GatewayEvent<'PricePublished'> {
  const input = String(price.inputPicoUsd ?? 0);
  const output = String(price.outputPicoUsd ?? 1_000);
  return {
    type: 'PricePublished',
    data: {
      priceKey,
      unitPrices: {
        inputPicoUsd: input,
        cachedInputPicoUsd: input,
        cacheWritePicoUsd: input,
        cacheWrite1hPicoUsd: input,
        outputPicoUsd: output,
        reasoningPicoUsd: output,
      },
      tiers: [],
      contextTokens: price.contextTokens ?? 0,
      outputTokensMax: price.outputTokensMax ?? 0,
      source: 'config',
      publishedAtMs: '0',
    },
  };
}

interface OfRequest {
  readonly requestId: string;
  readonly userId: string;
}

export function admitted(
  request: OfRequest & { readonly holdNanoUsd: bigint; readonly admittedAtMs: number; readonly expiresAtMs?: number },
): GatewayEvent<'RequestAdmitted'> {
  const { requestId, userId, holdNanoUsd, admittedAtMs, expiresAtMs = admittedAtMs + 900_000 } = request;
  return {
    type: 'RequestAdmitted',
    data: {
      requestId,
      userId,
      keyId: 'key',
      model: 'model',
      stream: false,
      candidates: [],
      multiplierBasisPoints: 10_000,
      holdNanoUsd: String(holdNanoUsd),
      promptTokensBound: 0,
      outputTokensBound: 0,
      admittedAtMs: String(admittedAtMs),
      expiresAtMs: String(expiresAtMs),
    },
  };
}

export function used({ requestId, userId }: OfRequest): GatewayEvent<'UsageRecorded'> {
  return {
    type: 'UsageRecorded',
    data: {
      requestId,
      userId,
      outcome: 'OUTCOME_COMPLETED',
      provider: 'simulator',
      model: 'model',
      usage: {
        inputTokens: 1,
        cachedInputTokens: 0,
        cacheWriteTokens: 0,
        cacheWrite1hTokens: 0,
        outputTokens: 1,
        reasoningTokens: 0,
      },
      estimated: false,
      estimatePolicy: '',
      attempts: [],
      houseLosses: [],
      firstByteMs: 1,
      durationMs: 1,
      recordedAtMs: '0',
    },
  };
}

export function charged(
  request: OfRequest & { readonly amountNanoUsd: bigint; readonly holdNanoUsd: bigint },
): GatewayEvent<'ChargePosted'> {
  const { requestId, userId, amountNanoUsd, holdNanoUsd } = request;
  return {
    type: 'ChargePosted',
    data: {
      requestId,
      userId,
      keyId: 'key',
      amountNanoUsd: String(amountNanoUsd),
      overrunNanoUsd: '0',
      holdNanoUsd: String(holdNanoUsd),
      priceKey: 'price',
      priceVersion: 1,
      multiplierBasisPoints: 10_000,
      lines: [],
      postings: [],
      estimated: false,
      postedAtMs: '0',
    },
  };
}

export function expired(request: OfRequest & { readonly holdNanoUsd: bigint }): GatewayEvent<'HoldExpired'> {
  const { requestId, userId, holdNanoUsd } = request;
  return {
    type: 'HoldExpired',
    data: { requestId, userId, holdNanoUsd: String(holdNanoUsd), reason: 'expired', expiredAtMs: '0' },
  };
}

/** Appends events as their services would, each to its own stream, and returns the last position. */
export async function record(journal: Journal, ...events: readonly GatewayEvent[]): Promise<number> {
  let position = 0;
  for (const event of events) {
    const stream = streamOf(event);
    const expectedVersion = (await journal.readStream(stream)).length;
    const result = await journal.append({
      stream,
      expectedVersion,
      events: [{ eventId: newId(), ...event }],
      correlationId: stream,
      causationId: '',
    });
    if (result.kind !== 'appended') throw new Error(`${event.type} met version ${result.actualVersion} of ${stream}`);
    position = result.position;
  }
  return position;
}

function streamOf({ data }: GatewayEvent): string {
  if ('requestId' in data) return streams.request(data.requestId);
  if ('priceKey' in data) return streams.price(data.priceKey);
  if ('keyId' in data) return streams.key(data.keyId);
  if ('service' in data) return streams.term(data.service);
  return streams.user(data.userId);
}

/** Resolves with the next event of a type after a position. */
export async function eventAfter<T extends EventType>(
  journal: Journal,
  afterPosition: number,
  type: T,
): Promise<RecordedEvent<T>> {
  const { promise, resolve } = Promise.withResolvers<RecordedEvent<T>>();
  const isOfType = (event: RecordedEvent): event is RecordedEvent<T> & RecordedEvent => event.type === type;
  const subscription = journal.subscribe({
    name: 'spec',
    afterPosition,
    onEvents(events) {
      const event = events.find(isOfType);
      if (event !== undefined) resolve(event);
    },
  });
  const event = await promise;
  await subscription.close();
  return event;
}

/** An empty database with the quota schema, and a pool of connections to it. */
export async function createQuotaDatabase(): Promise<AsyncDisposable & { readonly pool: pg.Pool }> {
  const database = await createTemporaryDatabase();
  const pool = openPool({ connectionString: database.connectionString, max: 4, applicationName: 'quota-spec' });
  await migrate(pool, { schema: 'quota', directory: join(import.meta.dirname, '../migrations') });
  return {
    pool,
    async [Symbol.asyncDispose]() {
      await pool.end();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** Quota without a process: its books are loaded, and it leads by them at once. */
export async function createQuota(
  dependencies: Omit<Parameters<typeof leadQuota>[0], 'books' | 'from'> & { readonly pool: pg.Pool },
): Promise<Quota> {
  const books = await loadAndFollow(dependencies);
  return leadQuota({ ...dependencies, books, from: await dependencies.journal.head() });
}
