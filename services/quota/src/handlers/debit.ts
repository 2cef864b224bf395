import type { BalancesPort, Debit } from '#contracts/admin-needs.ts';
import type { GatewayEvent } from '#contracts/events.ts';
import { payerKey } from '#contracts/payer.ts';
import { streams } from '#contracts/streams.ts';
import type { Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import type { Journal, NewEvent } from '#journal/journal.ts';
import type { Clock } from '#kernel/clock.ts';
import { derivedId } from '#kernel/ids.ts';
import type { Logger } from '#telemetry/logger.ts';
import { decideDebit } from '../domain/account/decide-debit.ts';
import type { Funds } from '../domain/admission/funds.ts';
import { debitPendingId } from '../memory/debit-pending-id.ts';
import type { PendingAdmissions } from '../memory/pending-admissions.ts';
import { asUnavailable, unavailable } from './unavailable.ts';

/** Between two tries of an append whose fate is not known. */
const REPEAT_PAUSE_MS = 500;

type Outcome = Awaited<ReturnType<BalancesPort['debit']>>;

export interface DebitParts {
  readonly journal: Pick<Journal, 'append' | 'readStream'>;
  readonly pending: PendingAdmissions;
  readonly fundsOf: (payer: Debit['payer']) => Funds;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly assertServing: () => void;
  readonly catchUp: () => Promise<boolean>;
  readonly isFolded: (position: number) => boolean;
  readonly isClosed: () => boolean;
}

/**
 * Takes money from a balance: decided in memory as an admission is, so that no request and no other debit gets the same money,
 * and pending until its event is folded. An append of unknown fate is repeated until the log answers.
 */
export function createDebit(parts: DebitParts): BalancesPort['debit'] {
  const underWay = new Map<string, { readonly debit: Debit; readonly outcome: Promise<Outcome> }>();
  return async (debit) => {
    parts.assertServing();
    const running = underWay.get(debit.debitId);
    if (running !== undefined) return isSame(running.debit, debit) ? running.outcome : { refusal: otherDebit };
    const outcome = debitOnce(parts, debit);
    underWay.set(debit.debitId, { debit, outcome });
    try {
      return await outcome;
    } finally {
      underWay.delete(debit.debitId);
    }
  };
}

async function debitOnce(parts: DebitParts, debit: Debit): Promise<Outcome> {
  const { journal, pending, catchUp } = parts;
  const before = await debitedBefore(journal, debit);
  if (before !== undefined) return before;
  if (pending.find(debitPendingId(debit.debitId)) !== undefined)
    throw unavailable('Whether the debit is written is not known yet.');
  // A credit that was confirmed counts.
  await catchUp();
  parts.assertServing();
  const decision = decideDebit(debit, parts.fundsOf(debit.payer), parts.clock());
  if (decision.kind === 'refused') return refusedUnlessDone(journal, debit, decision.refusal);
  const { payer, amountNanoUsd: holdNanoUsd } = debit;
  pending.add({ requestId: debitPendingId(debit.debitId), payer, holdNanoUsd, reservations: [] });
  return write(parts, debit, decision.event);
}

/** Appends the event. Where its fate is not known the money stays set aside, and the caller is told `unavailable`. */
async function write(parts: DebitParts, debit: Debit, event: GatewayEvent<'BalanceDebited'>): Promise<Outcome> {
  try {
    const outcome = await append(parts, debit, event);
    if ('refusal' in outcome || parts.isFolded(outcome.position)) parts.pending.remove(debitPendingId(debit.debitId));
    return outcome;
  } catch (thrown) {
    void settleLater(parts, debit, event);
    throw asUnavailable(thrown, 'The debit may not be written. Send it again with the same id.');
  }
}

/** The money is free or taken once the log has said which; a successor finds in the log what became of it. */
async function settleLater(parts: DebitParts, debit: Debit, event: GatewayEvent<'BalanceDebited'>): Promise<void> {
  while (!parts.isClosed()) {
    await new Promise((resolve) => setTimeout(resolve, REPEAT_PAUSE_MS).unref());
    try {
      const outcome = await append(parts, debit, event);
      if ('refusal' in outcome || parts.isFolded(outcome.position)) parts.pending.remove(debitPendingId(debit.debitId));
      return;
    } catch (thrown) {
      parts.logger.warn({ err: thrown, debitId: debit.debitId }, 'a debit may not be written; it is repeated');
    }
  }
}

/** Throws where nothing is known of the append. */
async function append({ journal }: DebitParts, debit: Debit, event: GatewayEvent<'BalanceDebited'>): Promise<Outcome> {
  const { debitId, by } = debit;
  const stream = streams.debit(debitId);
  const newEvent: NewEvent<'BalanceDebited'> = { eventId: derivedId(debitId, 'balance-debited'), ...event };
  try {
    const result = await journal.append({
      stream,
      expectedVersion: 0,
      events: [newEvent],
      correlationId: by.requestId === '' ? debitId : by.requestId,
      causationId: '',
    });
    if (result.kind === 'appended') return { position: result.position };
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.code !== 'conflict') throw thrown;
  }
  return refusedUnlessDone(journal, debit, otherDebit);
}

/** An earlier try of it may have been written since the first look, and have taken the very money that is missing now. */
async function refusedUnlessDone(
  journal: Pick<Journal, 'readStream'>,
  debit: Debit,
  refusal: Refusal,
): Promise<Outcome> {
  return (await debitedBefore(journal, debit)) ?? { refusal };
}

async function debitedBefore(journal: Pick<Journal, 'readStream'>, debit: Debit): Promise<Outcome | undefined> {
  const [event] = await journal.readStream(streams.debit(debit.debitId));
  if (event?.type !== 'BalanceDebited') return undefined;
  const { payer, amountNanoUsd, undoesCreditId } = event.data;
  const before = { payer: payer as Debit['payer'], amountNanoUsd: BigInt(amountNanoUsd), undoesCreditId };
  return isSame(before, debit) ? { position: event.position } : { refusal: otherDebit };
}

type Essence = Pick<Debit, 'payer' | 'amountNanoUsd' | 'undoesCreditId'>;

function isSame(a: Essence, b: Essence): boolean {
  return (
    payerKey(a.payer) === payerKey(b.payer) &&
    a.amountNanoUsd === b.amountNanoUsd &&
    a.undoesCreditId === b.undoesCreditId
  );
}

const otherDebit: Refusal = { ...invalid('Another debit has this id.', 'debit_id'), code: 'conflict' };
