import type { LimitInForce } from '../limit/limit-in-force.ts';
import { type CostedRequest, promptTokensBoundAt, worstCostNanoUsd } from './request-cost.ts';

/** Bytes a token of a usual prompt has: its bound counts each byte as a token. */
const BYTES_PER_TOKEN = 4;

/** What a request can use at most, and what it is likely to use, where each choice has at most so many output tokens. */
export interface Needs {
  readonly outputTokensPerChoice: number;
  readonly inputTokensBound: number;
  readonly outputTokensBound: number;
  readonly costBoundNanoUsd: bigint;
  readonly inputTokensEstimate: number;
  readonly outputTokensEstimate: number;
  readonly costEstimateNanoUsd: bigint;
}

export function needsOf(cost: CostedRequest, outputTokensPerChoice: number, outputTokensEstimate: number): Needs {
  const outputTokensBound = outputTokensPerChoice * cost.choices;
  const inputTokensEstimate = Math.ceil(cost.promptTokensBound / BYTES_PER_TOKEN);
  const likely = { ...cost, promptTokensBound: inputTokensEstimate, choices: 1 };
  return {
    outputTokensPerChoice,
    inputTokensBound: inputTokensBoundOf(cost),
    outputTokensBound,
    costBoundNanoUsd: worstCostNanoUsd(cost, outputTokensPerChoice),
    inputTokensEstimate,
    outputTokensEstimate,
    costEstimateNanoUsd: worstCostNanoUsd(likely, outputTokensEstimate),
  };
}

/** What has to be set aside on a limit: of a hard one the bound, of the others the estimate, and something at least. */
export function amountFor({ limit }: LimitInForce, needs: Needs): bigint {
  if (limit.kind === 'hard') return boundFor(limit.unit, needs);
  const estimate = estimateFor(limit.unit, needs);
  return estimate > 1n ? estimate : 1n;
}

type Unit = LimitInForce['limit']['unit'];

function boundFor(unit: Unit, needs: Needs): bigint {
  switch (unit) {
    case 'requests':
      return 1n;
    case 'input_tokens':
      return BigInt(needs.inputTokensBound);
    case 'output_tokens':
      return BigInt(needs.outputTokensBound);
    case 'tokens':
      return BigInt(needs.inputTokensBound + needs.outputTokensBound);
    case 'cost':
      return needs.costBoundNanoUsd;
  }
}

function estimateFor(unit: Unit, needs: Needs): bigint {
  switch (unit) {
    case 'requests':
      return 1n;
    case 'input_tokens':
      return BigInt(needs.inputTokensEstimate);
    case 'output_tokens':
      return BigInt(needs.outputTokensEstimate);
    case 'tokens':
      return BigInt(needs.inputTokensEstimate + needs.outputTokensEstimate);
    case 'cost':
      return needs.costEstimateNanoUsd;
  }
}

/** The most output tokens of each choice that a hard limit leaves; undefined: it does not bound the answer by tokens. */
export function outputTokensLeft(
  { limit: { kind, unit } }: LimitInForce,
  left: bigint,
  cost: CostedRequest,
): number | undefined {
  if (kind !== 'hard' || (unit !== 'tokens' && unit !== 'output_tokens')) return undefined;
  const tokens = unit === 'tokens' ? left - BigInt(inputTokensBoundOf(cost)) : left;
  return Math.floor(Number(tokens) / cost.choices);
}

function inputTokensBoundOf({ prices, promptTokensBound }: CostedRequest): number {
  let most = 0;
  for (const price of prices) most = Math.max(most, promptTokensBoundAt(price, promptTokensBound));
  return most;
}
