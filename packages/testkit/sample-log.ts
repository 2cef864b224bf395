import type { Usage } from '#ai/usage.ts';
import type { EventBodies, GatewayEvent } from '#contracts/events.ts';
import { streams } from '#contracts/streams.ts';
import type { StoredEvent } from '#journal/stored-event.ts';
import { chainedLog, LOG_BEGAN_AT_MS, type LogEntry } from './chained-log.ts';
import {
  admitted,
  charged,
  credited,
  expired,
  keyCreated,
  keyRevoked,
  pricePublished,
  used,
  userCreated,
} from './events.ts';

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
    admission('paid', 3_074_852n, at.paidAdmitted),
    usage('paid', { input: 600, cached_input: 400, output: 301, reasoning: 99 }),
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
    admission('lost', 3_074_852n, at.lostAdmitted),
    ofRequest('lost', (requestId) =>
      expired({ ...of, requestId, holdNanoUsd: 3_074_852n, reason: 'orphaned', expiredAtMs: ms(at.lostExpired) }),
    ),
    admission('overrun', 1_000n, at.overrunAdmitted),
    usage('overrun', { input: 10 }),
    // 10 x 300,000 x 1.5 = 4,500 nano-USD
    charge('overrun', {
      amount: 1_000n,
      overrun: 3_500n,
      hold: 1_000n,
      lines: [{ unit: 'input', quantity: 10, pricePicoUsd: '300000' }],
    }),
    admission('failed', 5_000n, at.failedAdmitted),
    usage('failed', {}, { outcome: 'OUTCOME_FAILED', provider: '', model: '' }),
    charge('failed', { amount: 0n, overrun: 0n, hold: 5_000n, lines: [], priceKey: '', priceVersion: 0 }),
    admission('running', 5_000n, at.runningAdmitted),
    { stream: streams.key(SAMPLE_KEY), ...keyRevoked({ ...key, revokedAtMs: ms(at.keyRevoked) }) },
  ]);
}

/** When the event at a position of the sample log was recorded. */
export function recordedAtMs(position: number): number {
  return LOG_BEGAN_AT_MS + (position - 1) * 1_000;
}

const PRICE_KEY = 'openai/gpt-sample';
const ms = (position: number): string => String(recordedAtMs(position));

const of = { userId: SAMPLE_USER };
const key = { keyId: SAMPLE_KEY, userId: SAMPLE_USER };

function accountEntries(): LogEntry[] {
  const created = { ...of, sealedProfile: 'sealed', multiplierBasisPoints: 15_000, createdAtMs: ms(at.userCreated) };
  return [
    { stream: streams.user(SAMPLE_USER), ...userCreated(created) },
    {
      stream: streams.user(SAMPLE_USER),
      ...credited(SAMPLE_USER, 10_000_000n, { creditedAtMs: ms(at.balanceCredited) }),
    },
    { stream: streams.key(SAMPLE_KEY), ...keyCreated({ ...key, name: 'laptop', createdAtMs: ms(at.keyCreated) }) },
  ];
}

function price(version: '1' | '2', inputPicoUsd: bigint): LogEntry {
  const published = pricePublished(PRICE_KEY, {
    prices: [
      { unit: 'input', picoUsd: String(inputPicoUsd) },
      { unit: 'cached_input', picoUsd: String(inputPicoUsd / 4n) },
      { unit: 'output', picoUsd: '1200000' },
      { unit: 'reasoning', picoUsd: '1200001' },
    ],
    contextTokens: 128_000,
    outputTokensMax: 16_384,
    source: `catalogue ${version}`,
    publishedAtMs: ms(version === '1' ? at.firstPrice : at.secondPrice),
  });
  return { stream: streams.price(PRICE_KEY), ...published };
}

function ofRequest(requestId: string, build: (requestId: string) => GatewayEvent): LogEntry {
  return { ...build(requestId), stream: streams.request(requestId), correlationId: requestId };
}

function admission(id: string, holdNanoUsd: bigint, position: number): LogEntry {
  const candidates = [{ provider: 'openai', model: 'gpt-sample', priceKey: PRICE_KEY, priceVersion: 2 }];
  const bounds = { promptTokensBound: 2_833, outputTokensBound: 1_000, admittedAtMs: ms(position) };
  return ofRequest(id, (requestId) =>
    admitted({ ...key, ...bounds, requestId, model: 'gpt-sample', candidates, holdNanoUsd }),
  );
}

function usage(
  id: string,
  quantities: Usage,
  changes: Partial<Omit<EventBodies['UsageRecorded'], 'quantities'>> = {},
): LogEntry {
  const attempts = [{ provider: 'openai', model: 'gpt-sample', status: 200, error: '', durationMs: 800 }];
  const answered = { provider: 'openai', model: 'gpt-sample', attempts, firstByteMs: 200, durationMs: 800 };
  const recordedAtMs = LOG_BEGAN_AT_MS;
  return ofRequest(id, (requestId) =>
    used({ ...of, ...answered, recordedAtMs, ...changes, requestId, usage: quantities }),
  );
}

function charge(
  id: string,
  { amount, overrun, hold, lines, priceKey = PRICE_KEY, priceVersion = 2 }: SampleCharge,
): LogEntry {
  const amounts = { amountNanoUsd: amount, overrunNanoUsd: overrun, holdNanoUsd: hold };
  const provider = priceKey === '' ? '' : 'openai';
  const posted = { ...key, ...amounts, lines, priceKey, priceVersion, provider, postedAtMs: LOG_BEGAN_AT_MS };
  return ofRequest(id, (requestId) => charged({ ...posted, requestId }));
}

interface SampleCharge {
  readonly amount: bigint;
  readonly overrun: bigint;
  readonly hold: bigint;
  readonly lines: EventBodies['ChargePosted']['lines'];
  readonly priceKey?: string;
  readonly priceVersion?: number;
}
