import type { EventBodies } from '#contracts/events.ts';
import { streams } from '#contracts/streams.ts';
import type { StoredEvent } from '#journal/stored-event.ts';
import { chainedLog, LOG_BEGAN_AT_MS, type LogEntry } from './chained-log.ts';

/** Where in the sample log what happens. */
export const at = {
  userCreated: 1,
  balanceCredited: 2,
  keyCreated: 3,
  firstPrice: 4,
  secondPrice: 5,
  /** Cached tokens and reasoning, within the hold. */
  paidAdmitted: 6,
  paidUsage: 7,
  paidCharge: 8,
  /** Its process died: the hold expired. */
  lostAdmitted: 9,
  lostExpired: 10,
  /** The provider reported more than the hold. */
  overrunAdmitted: 11,
  overrunUsage: 12,
  overrunCharge: 13,
  /** Nobody answered: charged nothing. */
  failedAdmitted: 14,
  failedUsage: 15,
  failedCharge: 16,
  /** Still running when the log was read. */
  runningAdmitted: 17,
  keyRevoked: 18,
} as const;

export const SAMPLE_USER = 'u1';
export const SAMPLE_KEY = 'k1';

/** A small sound log with every end of a request that was admitted. */
export function sampleLog(): StoredEvent[] {
  return chainedLog([
    ...accountEntries(),
    price('1', 250_000n),
    price('2', 300_000n),
    admitted('paid', 3_074_852n, at.paidAdmitted),
    usage('paid', { inputTokens: 600, cachedInputTokens: 400, outputTokens: 301, reasoningTokens: 99 }),
    // 600 x 300,000 + 400 x 75,000 + 301 x 1,200,000 + 99 x 1,200,001 pico-USD = 690,000,099; x 1.5 = 1,035,000.1485 nano
    charge('paid', {
      amount: 1_035_000n,
      overrun: 0n,
      hold: 3_074_852n,
      lines: [
        { unit: 'input', quantity: 600, pricePicoUsd: '300000' },
        { unit: 'cached_input', quantity: 400, pricePicoUsd: '75000' },
        { unit: 'output', quantity: 301, pricePicoUsd: '1200000' },
        { unit: 'reasoning', quantity: 99, pricePicoUsd: '1200001' },
      ],
    }),
    admitted('lost', 3_074_852n, at.lostAdmitted),
    requestEntry('lost', {
      type: 'HoldExpired',
      data: {
        requestId: 'lost',
        userId: SAMPLE_USER,
        holdNanoUsd: '3074852',
        reason: 'orphaned',
        expiredAtMs: ms(at.lostExpired),
      },
    }),
    admitted('overrun', 1_000n, at.overrunAdmitted),
    usage('overrun', { inputTokens: 10 }),
    // 10 x 300,000 x 1.5 = 4,500 nano-USD
    charge('overrun', {
      amount: 1_000n,
      overrun: 3_500n,
      hold: 1_000n,
      lines: [{ unit: 'input', quantity: 10, pricePicoUsd: '300000' }],
    }),
    admitted('failed', 5_000n, at.failedAdmitted),
    usage('failed', {}, { outcome: 'OUTCOME_FAILED', provider: '', model: '' }),
    charge('failed', { amount: 0n, overrun: 0n, hold: 5_000n, lines: [], priceKey: '', priceVersion: 0 }),
    admitted('running', 5_000n, at.runningAdmitted),
    {
      stream: streams.key(SAMPLE_KEY),
      type: 'ApiKeyRevoked',
      data: { keyId: SAMPLE_KEY, userId: SAMPLE_USER, revokedAtMs: ms(at.keyRevoked) },
    },
  ]);
}

/** When the event at a position of the sample log was recorded. */
export function recordedAtMs(position: number): number {
  return LOG_BEGAN_AT_MS + (position - 1) * 1_000;
}

const PRICE_KEY = 'openai/gpt-sample';
const ms = (position: number): string => String(recordedAtMs(position));

function accountEntries(): LogEntry[] {
  return [
    {
      stream: streams.user(SAMPLE_USER),
      type: 'UserCreated',
      data: {
        userId: SAMPLE_USER,
        sealedProfile: 'sealed',
        requestsPerMinute: 0,
        multiplierBasisPoints: 15_000,
        createdAtMs: ms(at.userCreated),
      },
    },
    {
      stream: streams.user(SAMPLE_USER),
      type: 'BalanceCredited',
      data: {
        userId: SAMPLE_USER,
        creditId: 'c1',
        amountNanoUsd: '10000000',
        reason: 'top-up',
        postings: [
          { account: `customer:${SAMPLE_USER}`, amountNanoUsd: '10000000' },
          { account: 'topups', amountNanoUsd: '-10000000' },
        ],
        creditedAtMs: ms(at.balanceCredited),
      },
    },
    {
      stream: streams.key(SAMPLE_KEY),
      type: 'ApiKeyCreated',
      data: {
        keyId: SAMPLE_KEY,
        userId: SAMPLE_USER,
        keyHash: 'ab'.repeat(32),
        prefix: 'ak_abcdefgh',
        name: 'laptop',
        createdAtMs: ms(at.keyCreated),
      },
    },
  ];
}

function price(version: '1' | '2', inputPicoUsd: bigint): LogEntry {
  return {
    stream: streams.price(PRICE_KEY),
    type: 'PricePublished',
    data: {
      priceKey: PRICE_KEY,
      unitPrices: {
        inputPicoUsd: String(inputPicoUsd),
        cachedInputPicoUsd: String(inputPicoUsd / 4n),
        cacheWritePicoUsd: String(inputPicoUsd),
        cacheWrite1hPicoUsd: String(inputPicoUsd),
        outputPicoUsd: '1200000',
        reasoningPicoUsd: '1200001',
      },
      tiers: [],
      contextTokens: 128_000,
      outputTokensMax: 16_384,
      source: `catalogue ${version}`,
      publishedAtMs: ms(version === '1' ? at.firstPrice : at.secondPrice),
    },
  };
}

function requestEntry<E extends Omit<LogEntry, 'stream'>>(requestId: string, entry: E): E & { stream: string } {
  return { ...entry, stream: streams.request(requestId), correlationId: requestId };
}

function admitted(requestId: string, holdNanoUsd: bigint, position: number): LogEntry {
  return requestEntry(requestId, {
    type: 'RequestAdmitted',
    data: {
      requestId,
      userId: SAMPLE_USER,
      keyId: SAMPLE_KEY,
      model: 'gpt-sample',
      stream: false,
      candidates: [{ provider: 'openai', model: 'gpt-sample', priceKey: PRICE_KEY, priceVersion: 2 }],
      multiplierBasisPoints: 15_000,
      holdNanoUsd: String(holdNanoUsd),
      promptTokensBound: 2_833,
      outputTokensBound: 1_000,
      admittedAtMs: ms(position),
      expiresAtMs: String(recordedAtMs(position) + 900_000),
    },
  });
}

function usage(
  requestId: string,
  tokens: Partial<EventBodies['UsageRecorded']['usage']>,
  changes: Partial<EventBodies['UsageRecorded']> = {},
): LogEntry {
  return requestEntry(requestId, {
    type: 'UsageRecorded',
    data: {
      requestId,
      userId: SAMPLE_USER,
      outcome: 'OUTCOME_COMPLETED',
      provider: 'openai',
      model: 'gpt-sample',
      usage: {
        inputTokens: 0,
        cachedInputTokens: 0,
        cacheWriteTokens: 0,
        cacheWrite1hTokens: 0,
        outputTokens: 0,
        reasoningTokens: 0,
        ...tokens,
      },
      estimated: false,
      estimatePolicy: '',
      attempts: [{ provider: 'openai', model: 'gpt-sample', status: 200, error: '', durationMs: 800 }],
      houseLosses: [],
      firstByteMs: 200,
      durationMs: 800,
      recordedAtMs: String(LOG_BEGAN_AT_MS),
      ...changes,
    },
  });
}

function charge(
  requestId: string,
  of: {
    readonly amount: bigint;
    readonly overrun: bigint;
    readonly hold: bigint;
    readonly lines: EventBodies['ChargePosted']['lines'];
    readonly priceKey?: string;
    readonly priceVersion?: number;
  },
): LogEntry {
  const postings = [
    { account: `customer:${SAMPLE_USER}`, amountNanoUsd: String(-of.amount) },
    { account: 'revenue', amountNanoUsd: String(of.amount + of.overrun) },
    { account: 'house_overrun', amountNanoUsd: String(-of.overrun) },
  ];
  return requestEntry(requestId, {
    type: 'ChargePosted',
    data: {
      requestId,
      userId: SAMPLE_USER,
      keyId: SAMPLE_KEY,
      amountNanoUsd: String(of.amount),
      overrunNanoUsd: String(of.overrun),
      holdNanoUsd: String(of.hold),
      priceKey: of.priceKey ?? PRICE_KEY,
      priceVersion: of.priceVersion ?? 2,
      multiplierBasisPoints: 15_000,
      lines: of.lines,
      postings: postings.filter((line) => line.amountNanoUsd !== '0'),
      estimated: false,
      postedAtMs: String(LOG_BEGAN_AT_MS),
    },
  });
}
