import { byScore, type Circumstances, type Contender } from './contender.ts';
import { sortTier } from './sort-tier.ts';

/**
 * Smooth weighted round robin (as nginx has it): every contender's running weight grows by its weight; the highest is chosen and
 * falls by the sum of all. Over a period of as many turns as the sum, each is chosen as often as its weight says, and no one's
 * turns come in a row where they need not. The others follow in the order in which their turns would come.
 */
export function byTurns(tier: Contender[], given: Circumstances, weights: readonly number[]): void {
  const turns = given.turnsOf(tier, weights);
  let sum = 0;
  let best = 0;
  let bestTurn = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < tier.length; index += 1) {
    const contender = tier[index];
    if (contender === undefined) break;
    const weight = weights[index] ?? 1;
    const turn = (turns[index] ?? 0) + weight;
    turns[index] = turn;
    sum += weight;
    contender.score = -turn;
    contender.tie = index;
    if (turn > bestTurn) {
      best = index;
      bestTurn = turn;
    }
  }
  turns[best] = bestTurn - sum;
  sortTier(tier, byScore);
}

/** The running weights after so many turns of a set that has had none. */
export function turnsAfter(weights: readonly number[], turns: number): number[] {
  const running = weights.map(() => 0);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  for (let turn = 0; turn < turns; turn += 1) {
    let best = 0;
    for (let index = 0; index < weights.length; index += 1) {
      running[index] = (running[index] ?? 0) + (weights[index] ?? 0);
      if ((running[index] ?? 0) > (running[best] ?? 0)) best = index;
    }
    running[best] = (running[best] ?? 0) - sum;
  }
  return running;
}
