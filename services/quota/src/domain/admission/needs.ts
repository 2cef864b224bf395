import type { LimitInForce } from '../limit/limit-in-force.ts';
import { type CostedRequest, promptTokensBoundAt, worstCostNanoUsd } from './request-cost.ts';

/** How long an answer is likely to be. */
export type LikelyAnswer = Pick<Needs, 'outputTokensEstimate' | 'isAnswerGuessed'>;

/** What a request can use at most, and what it is likely to use, where each choice has at most so many output tokens. */
export interface Needs {
  readonly outputTokensPerChoice: number;
  readonly inputTokensBound: number;
  readonly outputTokensBound: number;
  readonly costBoundNanoUsd: bigint;
  readonly inputTokensEstimate: number;
  readonly outputTokensEstimate: number;
  /** What the estimate of the cost follows from: worked out on demand, since hardly any limit of cost is no hard one. */
  readonly cost: CostedRequest;
  /** The client names no bound: how long the answer is likely to be is a guess. */
  readonly isAnswerGuessed: boolean;
}

export function needsOf(
  cost: CostedRequest,
  outputTokensPerChoice: number,
  { outputTokensEstimate, isAnswerGuessed }: LikelyAnswer,
): Needs {
  const outputTokensBound = outputTokensPerChoice * cost.choices;
  return {
    outputTokensPerChoice,
    inputTokensBound: inputTokensBoundOf(cost),
    outputTokensBound,
    costBoundNanoUsd: worstCostNanoUsd(cost, outputTokensPerChoice),
    inputTokensEstimate: cost.promptTokensEstimate,
    outputTokensEstimate,
    cost,
    isAnswerGuessed,
  };
}

/** What has to be set aside on a limit: of a hard one the bound, of the others the estimate, and something at least. */
export function amountFor({ limit, allowed }: LimitInForce, needs: Needs): bigint {
  if (limit.kind === 'hard') return boundFor(limit.unit, needs);
  let estimate = estimateFor(limit.unit, needs);
  // A guess must not make a small limit one that lets nothing through, from which nothing would ever be learned.
  if (needs.isAnswerGuessed && estimate > allowed && promptPart(limit.unit, needs) <= allowed) estimate = allowed;
  return estimate > 1n ? estimate : 1n;
}

/** What of an estimate is not the answer's. */
function promptPart(unit: Unit, needs: Needs): bigint {
  if (unit === 'output_tokens' || unit === 'cost') return 0n;
  return unit === 'requests' ? 1n : BigInt(needs.inputTokensEstimate);
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
      return costEstimateNanoUsd(needs);
  }
}

function costEstimateNanoUsd({ cost, inputTokensEstimate, outputTokensEstimate }: Needs): bigint {
  return worstCostNanoUsd({ ...cost, promptTokensBound: inputTokensEstimate, choices: 1 }, outputTokensEstimate);
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

function inputTokensBoundOf(cost: CostedRequest): number {
  let most = 0;
  for (const price of cost.prices) most = Math.max(most, promptTokensBoundAt(price, cost));
  return most;
}
