import type { Payer } from '#contracts/admin-needs.ts';
import { payerKey, payerOf, userPayer } from '#contracts/payer.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';

/** A payer's money by the amounts in the events. */
export interface AccountSums {
  readonly payer: Payer;
  readonly creditedNanoUsd: bigint;
  readonly debitedNanoUsd: bigint;
  readonly chargedNanoUsd: bigint;
  readonly heldNanoUsd: bigint;
}

/** All payers' sums at a position of the log. */
export interface SumsByPayer {
  /** Takes the next event. Returns the sums of the payer whose money moved; undefined if none moved. */
  apply(event: RecordedEvent): AccountSums | undefined;
  /** Zeroes for a payer whose money never moved. */
  of(payer: Payer): AccountSums;
}

/**
 * Adds up the events and believes each of them. A hold that ends twice is given back twice, so that it shows in the
 * sums.
 */
export function createSumsByPayer(): SumsByPayer {
  const payers = new Map<string, AccountSums>();
  /** Of requests that run, where it is not their users': the end of a hold by its time does not say whose money it was. */
  const otherPayers = new Map<string, Payer>();
  const of = (payer: Payer): AccountSums => payers.get(payerKey(payer)) ?? nothingYet(payer);

  function payerIn(event: RecordedEvent): Payer | undefined {
    switch (event.type) {
      case 'BalanceCredited':
        return payerOf(event.data);
      case 'BalanceDebited':
        return { kind: event.data.payer.kind as Payer['kind'], id: event.data.payer.id };
      case 'RequestAdmitted': {
        const payer = payerOf(event.data);
        if (payer.kind !== 'user') otherPayers.set(event.data.requestId, payer);
        return payer;
      }
      case 'ChargePosted': {
        // One that names no payer, as earlier versions wrote all of them, is of its hold's.
        const payer = event.data.payerKind === '' ? otherPayers.get(event.data.requestId) : undefined;
        otherPayers.delete(event.data.requestId);
        return payer ?? payerOf(event.data);
      }
      case 'HoldExpired': {
        const payer = otherPayers.get(event.data.requestId) ?? userPayer(event.data.userId);
        otherPayers.delete(event.data.requestId);
        return payer;
      }
      default:
        return undefined;
    }
  }

  return {
    of,
    apply: (event) => {
      const payer = payerIn(event);
      if (payer === undefined) return undefined;
      const sums = moved(of(payer), event);
      payers.set(payerKey(payer), sums);
      return sums;
    },
  };
}

/** credited - debited - charged - held. */
export function availableOf(sums: AccountSums): bigint {
  return sums.creditedNanoUsd - sums.debitedNanoUsd - sums.chargedNanoUsd - sums.heldNanoUsd;
}

/** How reports name a payer. */
export function payerText({ kind, id }: Payer): string {
  return `${kind} ${id}`;
}

function nothingYet(payer: Payer): AccountSums {
  return { payer, creditedNanoUsd: 0n, debitedNanoUsd: 0n, chargedNanoUsd: 0n, heldNanoUsd: 0n };
}

function moved(sums: AccountSums, event: RecordedEvent): AccountSums {
  switch (event.type) {
    case 'BalanceCredited':
      return { ...sums, creditedNanoUsd: sums.creditedNanoUsd + BigInt(event.data.amountNanoUsd) };
    case 'BalanceDebited':
      return { ...sums, debitedNanoUsd: sums.debitedNanoUsd + BigInt(event.data.amountNanoUsd) };
    case 'RequestAdmitted':
      return { ...sums, heldNanoUsd: sums.heldNanoUsd + BigInt(event.data.holdNanoUsd) };
    case 'HoldExpired':
      return { ...sums, heldNanoUsd: sums.heldNanoUsd - BigInt(event.data.holdNanoUsd) };
    case 'ChargePosted':
      return {
        ...sums,
        heldNanoUsd: sums.heldNanoUsd - BigInt(event.data.holdNanoUsd),
        chargedNanoUsd: sums.chargedNanoUsd + BigInt(event.data.amountNanoUsd),
      };
    default:
      return sums;
  }
}
