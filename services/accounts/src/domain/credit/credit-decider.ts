import type { AdminCaller } from '#contracts/admin.ts';
import { creditProblem, creditReason, textProblem } from '#contracts/admin-fields.ts';
import type { Payer } from '#contracts/admin-needs.ts';
import type { GatewayEvent } from '#contracts/events.ts';
import { payerToEvent } from '#contracts/payer.ts';
import { accept, type Decider, type Decision, refuse } from '#decider/decider.ts';
import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { accounts, post } from '#money/posting.ts';
import { type Credit, type CreditState, evolve, nothingCredited } from './state.ts';

export interface CreditBalance {
  readonly payer: Payer;
  readonly creditId: string;
  readonly amountNanoUsd: bigint;
  readonly reason: string;
  readonly nowMs: number;
  readonly by: AdminCaller;
}

/** A billion USD: one payer's sums stay far from the end of int8 (9.2 billion USD), at which projections would stop. */
const CREDITED_TOTAL_MAX_NANO_USD = 10n ** 18n;

/** The rules of what is paid in to a payer. The stream is the payer's own. */
export const creditDecider: Decider<CreditBalance, GatewayEvent, CreditState, Refusal> = {
  initial: () => nothingCredited,
  decide: creditBalance,
  evolve,
};

function creditBalance(command: CreditBalance, state: CreditState): Decision<GatewayEvent, Refusal> {
  const { payer, creditId, amountNanoUsd, reason } = command;
  const problem =
    creditProblem(amountNanoUsd, 'amount_usd') ??
    (reason === '' ? undefined : textProblem(creditReason, reason, 'reason'));
  if (problem !== undefined) return refuse(problem);
  const earlier = findCredit(state, creditId);
  if (earlier !== undefined) {
    if (earlier.amountNanoUsd === amountNanoUsd && earlier.reason === reason) return accept();
    const message = 'The idempotency key belongs to a credit with another amount or reason. Use a new key.';
    return refuse({ code: 'idempotency_key_reused', message, param: 'idempotency_key' });
  }
  if (!state.isThere) return refuse({ code: 'not_found', message: `There is no such ${payer.kind}.`, param: 'id' });
  if (state.creditedNanoUsd + amountNanoUsd > CREDITED_TOTAL_MAX_NANO_USD) {
    return refuse(invalid(`The credits of one ${payer.kind} may come to at most a billion USD.`, 'amount_usd'));
  }
  return accept(balanceCredited(command));
}

function balanceCredited({ payer, creditId, amountNanoUsd, reason, nowMs, by }: CreditBalance): GatewayEvent {
  return {
    type: 'BalanceCredited',
    data: {
      userId: payer.kind === 'user' ? payer.id : '',
      creditId,
      amountNanoUsd: String(amountNanoUsd),
      reason,
      // What the payer can spend grows by what the outside world paid in.
      postings: post([
        { account: accounts.payer(payer), amountNanoUsd },
        { account: accounts.topups, amountNanoUsd: -amountNanoUsd },
      ]),
      ...payerToEvent(payer),
      actor: by.actor,
      actorRole: by.role,
      address: by.address,
      creditedAtMs: String(nowMs),
    },
  };
}

function findCredit(state: CreditState, creditId: string): Credit | undefined {
  let credit = state.lastCredit;
  while (credit !== undefined && credit.creditId !== creditId) credit = credit.previous;
  return credit;
}
