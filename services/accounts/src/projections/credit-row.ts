import type { Payer } from '#contracts/admin-needs.ts';
import type { GatewayEvent } from '#contracts/events.ts';
import { payerOf } from '#contracts/payer.ts';

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

/** The credit that an event takes back, and by what; undefined: none. */
export function undoOf(event: GatewayEvent): { readonly creditId: string; readonly debitId: string } | undefined {
  if (event.type !== 'BalanceDebited' || event.data.undoesCreditId === '') return undefined;
  return { creditId: event.data.undoesCreditId, debitId: event.data.debitId };
}
