import { create } from '@bufbuild/protobuf';
import type { AdminRole } from '#contracts/admin.ts';
import type { BalancesPort, Debit, LimitState, Payer, PayerBalance } from '#contracts/admin-needs.ts';
import {
  type DebitRequest,
  DebitRequestSchema,
  type DebitResponse,
  DebitResponseSchema,
  type LimitState as LimitStateMessage,
  LimitStateSchema,
  type PayerBalance as PayerBalanceMessage,
  PayerBalanceSchema,
} from '#contracts/gen/gateway/quota/v1/quota_pb.js';
import { type ErrorCode, errorTable, type Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';

/* What gateway.quota.v1.QuotaService tells of balances and limits, as messages and back: for its client and its server. */

type DebitOutcome = Awaited<ReturnType<BalancesPort['debit']>>;

export function payerFromWire(payer: { readonly kind: string; readonly id: string } | undefined): Payer {
  const { kind, id } = payer ?? { kind: '', id: '' };
  if (kind === 'user' || kind === 'team' || kind === 'organisation') return { kind, id };
  throw new Fault({
    code: 'invalid_request',
    message: 'A payer is a user, a team or an organisation.',
    param: 'payer',
  });
}

export function payerBalanceToWire(balance: PayerBalance): PayerBalanceMessage {
  return create(PayerBalanceSchema, { ...balance, payer: { ...balance.payer } });
}

export function payerBalanceFromWire(message: PayerBalanceMessage): PayerBalance {
  const { creditedNanoUsd, chargedNanoUsd, heldNanoUsd, availableNanoUsd } = message;
  return { payer: payerFromWire(message.payer), creditedNanoUsd, chargedNanoUsd, heldNanoUsd, availableNanoUsd };
}

export function debitToWire({ payer, by, ...debit }: Debit): DebitRequest {
  return create(DebitRequestSchema, { ...debit, payer: { ...payer }, by: { ...by, action: 'debit' } });
}

export function debitFromWire({ debitId, payer, amountNanoUsd, reason, undoesCreditId, by }: DebitRequest): Debit {
  return {
    debitId,
    payer: payerFromWire(payer),
    amountNanoUsd,
    reason,
    undoesCreditId,
    by: {
      actor: by?.actor ?? '',
      role: (by?.role ?? 'auditor') as AdminRole,
      address: by?.address ?? '',
      requestId: by?.requestId ?? '',
    },
  };
}

export function debitOutcomeToWire(outcome: DebitOutcome): DebitResponse {
  if ('position' in outcome) {
    return create(DebitResponseSchema, { result: { case: 'position', value: BigInt(outcome.position) } });
  }
  const { code, message, param = '', retryAfterMs = 0 } = outcome.refusal;
  return create(DebitResponseSchema, { result: { case: 'refusal', value: { code, message, param, retryAfterMs } } });
}

/** Throws a `Fault` (`internal_error`) for what is neither a position nor a refusal. */
export function debitOutcomeFromWire({ result }: DebitResponse): DebitOutcome {
  if (result.case === 'position') return { position: Number(result.value) };
  if (result.case === undefined || !Object.hasOwn(errorTable, result.value.code)) {
    throw new Fault({ code: 'internal_error', message: 'The answer of the debit could not be read.' });
  }
  const { code, message, param, retryAfterMs } = result.value;
  const refusal: Refusal = {
    code: code as ErrorCode,
    message,
    ...(param === '' ? {} : { param }),
    ...(retryAfterMs === 0 ? {} : { retryAfterMs }),
  };
  return { refusal };
}

export function limitStateToWire({ resetsAtMs, ...state }: LimitState): LimitStateMessage {
  return create(LimitStateSchema, { ...state, ...(resetsAtMs === null ? {} : { resetsAtMs: BigInt(resetsAtMs) }) });
}

export function limitStateFromWire({ limitId, amount, used, held, left, resetsAtMs }: LimitStateMessage): LimitState {
  return { limitId, amount, used, held, left, resetsAtMs: resetsAtMs === undefined ? null : Number(resetsAtMs) };
}
