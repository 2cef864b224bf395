import { creditAmount, creditProblem, creditReason, textProblem } from '#contracts/admin-fields.ts';
import { accept, type Decision, refuse } from '#decider/decider.ts';
import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { accounts, post } from '#money/posting.ts';
import type { CreditBalance } from './commands.ts';
import type { UserEvent } from './events.ts';
import type { ActiveUser, Credit, UserState } from './state.ts';

/** A billion USD: one user's sums stay far from the end of int8 (9.2 billion USD), at which projections would stop. */
const CREDITED_TOTAL_MAX_NANO_USD = 10n ** 18n;

export function creditBalance(command: CreditBalance, state: UserState): Decision<UserEvent, Refusal> {
  const problem = creditBalanceProblem(command);
  if (problem !== undefined) return refuse(problem);
  const { creditId, amountNanoUsd, reason } = command;
  if (state.status === 'absent') {
    return refuse({ code: 'not_found', message: 'There is no such user.', param: 'user_id' });
  }
  const earlier = findCredit(state, creditId);
  if (earlier !== undefined) {
    if (earlier.amountNanoUsd === amountNanoUsd && earlier.reason === reason) return accept();
    const message = 'The idempotency key belongs to a credit with another amount or reason. Use a new key.';
    return refuse({ code: 'idempotency_key_reused', message, param: 'idempotency_key' });
  }
  if (state.creditedNanoUsd + amountNanoUsd > CREDITED_TOTAL_MAX_NANO_USD) {
    return refuse(invalid('The credits of one user may come to at most a billion USD.', creditAmount.rpc));
  }
  return accept(balanceCredited(command));
}

function creditBalanceProblem({ amountNanoUsd, reason }: CreditBalance): Refusal | undefined {
  return (
    creditProblem(amountNanoUsd, creditAmount.rpc) ??
    (reason === '' ? undefined : textProblem(creditReason, reason, creditReason.rpc))
  );
}

function balanceCredited({ userId, creditId, amountNanoUsd, reason, nowMs }: CreditBalance): UserEvent {
  return {
    type: 'BalanceCredited',
    data: {
      userId,
      creditId,
      amountNanoUsd: String(amountNanoUsd),
      reason,
      // What the customer can spend grows by what the outside world paid in.
      postings: post([
        { account: accounts.customer(userId), amountNanoUsd },
        { account: accounts.topups, amountNanoUsd: -amountNanoUsd },
      ]),
      payerKind: '',
      payerId: '',
      actor: '',
      actorRole: '',
      address: '',
      creditedAtMs: String(nowMs),
    },
  };
}

function findCredit(state: ActiveUser, creditId: string): Credit | undefined {
  let credit = state.lastCredit;
  while (credit !== undefined && credit.creditId !== creditId) credit = credit.previous;
  return credit;
}
