import type { Payer } from '#contracts/admin-needs.ts';
import type { EventBodies, GatewayEvent } from '#contracts/events.ts';

/** A credit as it stands in the table. */
export interface CreditRow {
  readonly creditId: string;
  readonly payer: Payer;
  readonly amountNanoUsd: string;
  readonly reason: string;
}

/** The credit that an event is; undefined: none. */
export function creditRowOf(event: GatewayEvent): CreditRow | undefined {
  if (event.type !== 'BalanceCredited') return undefined;
  const { creditId, amountNanoUsd, reason } = event.data;
  return { creditId, payer: payerOf(event.data), amountNanoUsd, reason };
}

/** Whose balance was credited. */
export function payerOf({ userId, payerKind, payerId }: EventBodies['BalanceCredited']): Payer {
  return payerKind === 'team' || payerKind === 'organisation'
    ? { kind: payerKind, id: payerId }
    : { kind: 'user', id: userId };
}

/** The credit that an event takes back, and by what; undefined: none. */
export function undoOf(event: GatewayEvent): { readonly creditId: string; readonly debitId: string } | undefined {
  if (event.type !== 'BalanceDebited' || event.data.undoesCreditId === '') return undefined;
  return { creditId: event.data.undoesCreditId, debitId: event.data.debitId };
}
