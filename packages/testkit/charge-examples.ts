import type { EventBodies } from '#contracts/events.ts';
import type { Price } from '#money/price.ts';
import { noUsage, type TokenUsage } from '#money/token-usage.ts';
import { completeUnitPrices } from '#money/unit-prices.ts';

type Admission = EventBodies['RequestAdmitted'];
type RecordedUsage = EventBodies['UsageRecorded'];

/** An admission, for specs: two candidates, a hold of 1,000 nano-USD, a multiplier of 1.5. */
export function exampleAdmission(requestId: string, changes: Partial<Admission> = {}): Admission {
  return {
    requestId,
    userId: 'u1',
    keyId: 'k1',
    model: 'gpt-4o-mini',
    stream: false,
    candidates: [
      { provider: 'first', model: 'gpt-4o-mini', priceKey: 'openai/gpt-4o-mini', priceVersion: 2 },
      { provider: 'second', model: 'claude', priceKey: 'anthropic/claude', priceVersion: 1 },
    ],
    multiplierBasisPoints: 15_000,
    holdNanoUsd: '1000',
    promptTokensBound: 100,
    outputTokensBound: 100,
    admittedAtMs: '1000',
    expiresAtMs: '2000',
    ...changes,
  };
}

/** A usage of the first candidate, for specs. */
export function exampleUsage(
  requestId: string,
  tokens: Partial<TokenUsage>,
  changes: Partial<RecordedUsage> = {},
): RecordedUsage {
  return {
    requestId,
    userId: 'u1',
    outcome: 'OUTCOME_COMPLETED',
    provider: 'first',
    model: 'gpt-4o-mini',
    usage: { ...noUsage, ...tokens },
    estimated: false,
    estimatePolicy: '',
    attempts: [{ provider: 'first', model: 'gpt-4o-mini', status: 200, error: '', durationMs: 5 }],
    houseLosses: [],
    firstByteMs: 2,
    durationMs: 5,
    recordedAtMs: '1500',
    ...changes,
  };
}

export function examplePrice(priceKey: string, version: number, inputPicoUsd: bigint, outputPicoUsd: bigint): Price {
  return {
    priceKey,
    version,
    unitPrices: completeUnitPrices({ inputPicoUsd, outputPicoUsd }),
    tiers: [],
    contextTokens: 0,
    outputTokensMax: 0,
  };
}
