import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { BalanceAtLine, BalancesAtQuery, Payer } from '#contracts/admin-needs.ts';
import type { BalanceAtSchema, ListBalancesAtRequestSchema } from '#contracts/gen/gateway/billing/v1/billing_pb.js';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';

export function balancesAtToWire(query: BalancesAtQuery): MessageInitShape<typeof ListBalancesAtRequestSchema> {
  const { position, recordedAtMs, after, ...same } = query;
  const place = after === undefined ? {} : { after };
  return { ...same, ...place, position: BigInt(position), recordedAtMs: BigInt(recordedAtMs) };
}

export function balancesAtFromWire(query: MessageShape<typeof ListBalancesAtRequestSchema>): BalancesAtQuery {
  const { position, recordedAtMs, payerKind, sort, after, limit } = query;
  return {
    position: Number(position),
    recordedAtMs: Number(recordedAtMs),
    payerKind: payerKind === '' ? '' : kindIn(payerKind),
    sort: sort === 'balance' || sort === '-balance' ? sort : 'id',
    after: after === undefined ? undefined : payerFromWire(after),
    limit,
  };
}

export function balanceAtToWire(line: BalanceAtLine): MessageInitShape<typeof BalanceAtSchema> {
  return line;
}

export function balanceAtFromWire(line: MessageShape<typeof BalanceAtSchema>): BalanceAtLine {
  const { creditedNanoUsd, debitedNanoUsd, chargedNanoUsd, balanceNowNanoUsd } = line;
  const payer = payerFromWire(line.payer);
  return { payer, creditedNanoUsd, debitedNanoUsd, chargedNanoUsd, balanceNowNanoUsd };
}

/** Throws `invalid_request` for what is no payer. */
export function payerFromWire(
  { kind, id }: { readonly kind: string; readonly id: string } = { kind: '', id: '' },
): Payer {
  return { kind: kindIn(kind), id };
}

function kindIn(kind: string): Payer['kind'] {
  if (kind === 'user' || kind === 'team' || kind === 'organisation') return kind;
  throw new Fault(invalid("'payer.kind' must be user, team or organisation.", 'payer.kind'));
}
