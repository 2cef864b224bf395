import { limitUsedReadings } from '../../../domain/alert/readings/limit-used.ts';
import { inPieces, type Look, present } from './look.ts';

/**
 * Limits and how they stand. A rule that names none watches all but those of a minute, whose windows are over before anybody reads
 * of them.
 */
export const lookAtLimits: Look = async (rule, { registry, neighbours }) => {
  const balances = present(neighbours.moneyAndLimits, 'quota');
  const named = new Set(rule.limits);
  const limits = [...registry.all('limit')].filter(({ id, period }) =>
    named.size === 0 ? period !== 'minute' : named.has(id),
  );
  const states = await inPieces(limits, (piece) => balances.limitStates(piece.map(({ id }) => id)));
  const stateOf = new Map(states.map((state) => [state.limitId, state]));
  const looked = limits.flatMap((limit) => {
    const state = stateOf.get(limit.id);
    return state === undefined ? [] : [{ limit, state }];
  });
  return { readings: limitUsedReadings(rule, looked), isWhole: true };
};
