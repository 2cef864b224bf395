import type { Payer } from '#contracts/admin-needs.ts';
import { payerKey } from '#contracts/payer.ts';
import { balanceLowReadings } from '../../../domain/alert/readings/balance-low.ts';
import type { Rule } from '../../../domain/alert/readings/rule.ts';
import { inPieces, type Look, type LookParts, present, subjectOf } from './look.ts';

const NOTHING = { spentNanoUsd: 0n, elapsedMs: 0 };

/** Balances of those the rule names, or of everybody, and what they spent lately. */
export const lookAtBalances: Look = async (rule, { registry, neighbours, tables, nowMs }) => {
  const balances = present(neighbours.moneyAndLimits, 'quota');
  const payers = payersOf(rule, registry);
  const found = await inPieces(payers, (piece) => balances.balancesOf(piece));
  // Whoever has nothing and never had is not asked about further.
  const used = found.filter(({ creditedNanoUsd, chargedNanoUsd }) => creditedNanoUsd !== 0n || chargedNanoUsd !== 0n);
  const spending = await tables.spendingOf(
    used.map(({ payer }) => payer),
    nowMs,
  );
  const looked = found.map((balance) => {
    const { kind, id } = balance.payer;
    const { name } = subjectOf(registry, kind, id);
    return { balance, name, spending: spending.get(payerKey(balance.payer)) ?? NOTHING };
  });
  return { readings: balanceLowReadings(rule, looked), isWhole: true };
};

function payersOf(rule: Rule, registry: LookParts['registry']): readonly Payer[] {
  const named: Readonly<Record<Payer['kind'], ReadonlySet<string>>> = {
    user: new Set(rule.users),
    team: new Set(rule.teams),
    organisation: new Set(rule.organisations),
  };
  const isForAll = Object.values(named).every(({ size }) => size === 0);
  return (['user', 'team', 'organisation'] as const).flatMap((kind) =>
    [...registry.all(kind)].filter(({ id }) => isForAll || named[kind].has(id)).map(({ id }) => ({ kind, id })),
  );
}
