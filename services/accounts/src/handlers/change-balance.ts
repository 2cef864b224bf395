import type { AdminCaller, AdminInput, AdminOutput } from '#contracts/admin.ts';
import type { BalancesPort, Payer } from '#contracts/admin-needs.ts';
import { streams } from '#contracts/streams.ts';
import { handleCommand } from '#decider/handle-command.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { derivedId, newId } from '#kernel/ids.ts';
import { formatUsd, parseUsd } from '#money/nano-usd.ts';
import { creditDecider } from '../domain/credit/credit-decider.ts';
import { notFound } from '../domain/resource/decide.ts';
import type { Ports } from '../ports.ts';
import { balanceOf } from '../queries/computed-fields.ts';
import type { FoundCredit } from '../queries/find-credit.ts';
import { eventIdOf, moneyIdOf } from './idempotency.ts';

type Dependencies = Parameters<typeof balanceOf>[0];

const payerKinds: ReadonlyMap<string, Payer['kind']> = new Map([
  ['users', 'user'],
  ['teams', 'team'],
  ['organisations', 'organisation'],
]);

/** The payer that a request names by a collection and an id. */
export function payerOf({ collection, id }: { readonly collection: string; readonly id: string }): Payer {
  const kind = payerKinds.get(collection);
  if (kind === undefined) throw new Fault(invalid("'collection' must be users, teams or organisations.", 'collection'));
  return { kind, id };
}

/** Adds money to a balance, or takes it where the amount is negative: once for each idempotency key. */
export async function changeBalance(
  ports: Ports & Dependencies & CreditFinder,
  request: AdminInput<'changeBalance'>,
  caller: AdminCaller,
): Promise<AdminOutput<'changeBalance'>> {
  const { reason, idempotencyKey } = request;
  const payer = payerOf(request);
  const amountNanoUsd = parseUsd(request.amountUsd);
  if (amountNanoUsd === 0n) throw new Fault(invalid("'amount_usd' must not be 0.", 'amount_usd'));
  await refuseReuse(ports, payer, idempotencyKey, amountNanoUsd > 0n);
  const creditId =
    amountNanoUsd > 0n
      ? await creditPayer(ports, { payer, amountNanoUsd, reason, idempotencyKey, caller })
      : await debitPayer(ports, { payer, amountNanoUsd: -amountNanoUsd, reason, idempotencyKey, caller });
  return { id: creditId, amountUsd: formatUsd(amountNanoUsd), ...(await balanceOf(ports, payer)) };
}

interface CreditFinder {
  readonly findCredit: (creditId: string) => Promise<FoundCredit | undefined>;
}

/** A key that made a credit makes no debit, nor the other way about. */
async function refuseReuse(
  { journal, findCredit }: Ports & CreditFinder,
  payer: Payer,
  idempotencyKey: string,
  isCredit: boolean,
): Promise<void> {
  if (idempotencyKey === '') return;
  const other = moneyIdOf(idempotencyKey, payer.id, isCredit ? 'Debit' : 'Credit');
  const isUsed = isCredit
    ? (await journal.readStream(streams.debit(other))).length > 0
    : (await findCredit(other)) !== undefined;
  if (!isUsed) return;
  const message = 'The idempotency key belongs to another change. Use a new key.';
  throw new Fault({ code: 'idempotency_key_reused', message, param: 'idempotency_key' });
}

interface Change {
  readonly payer: Payer;
  readonly amountNanoUsd: bigint;
  readonly reason: string;
  readonly idempotencyKey: string;
  readonly caller: AdminCaller;
}

/** Adds money to a balance, and gives the id of the credit. */
export async function creditPayer(ports: Ports, change: Change): Promise<string> {
  const { payer, amountNanoUsd, reason, idempotencyKey, caller } = change;
  const creditId = moneyIdOf(idempotencyKey, payer.id, 'Credit');
  const stream = streams.resource(payer.kind, payer.id);
  const outcome = await ports.inTurns([stream], () =>
    handleCommand({
      journal: ports.journal,
      decider: creditDecider,
      stream,
      command: { payer, creditId, amountNanoUsd, reason, nowMs: ports.clock(), by: caller },
      correlationId: caller.requestId || newId(),
      eventId: (event) => eventIdOf(idempotencyKey, payer.id, event.type),
    }),
  );
  if (outcome.kind === 'refused') throw new Fault(outcome.refusal);
  await ports.visible(outcome.position);
  return creditId;
}

/** Takes money from a balance. Quota alone knows what is neither spent nor held. A debit has no credit to be undone. */
async function debitPayer(ports: Ports, change: Change): Promise<string> {
  const { payer, amountNanoUsd, reason, idempotencyKey, caller } = change;
  if (ports.registry.get(payer.kind, payer.id) === undefined) throw new Fault(notFound(payer.kind));
  const debitId = moneyIdOf(idempotencyKey, payer.id, 'Debit');
  await debit(ports, { debitId, payer, amountNanoUsd, reason, undoesCreditId: '', by: caller });
  return '';
}

/** Takes back a credit, once, as far as it is neither spent nor held. */
export async function undoCredit(
  ports: Ports & Dependencies & CreditFinder,
  { id, reason }: AdminInput<'undoCredit'>,
  caller: AdminCaller,
): Promise<AdminOutput<'undoCredit'>> {
  const credit = await ports.findCredit(id);
  if (credit === undefined) throw new Fault({ code: 'not_found', message: 'There is no such credit.', param: 'id' });
  if (credit.undoneBy !== null) {
    throw new Fault({ code: 'conflict', message: 'The credit was taken back already.', param: 'id' });
  }
  const { payer, amountNanoUsd, creditId } = credit;
  // The same each time: of two at once, one debits.
  const debitId = derivedId(creditId, 'Undo');
  await debit(ports, { debitId, payer, amountNanoUsd, reason, undoesCreditId: creditId, by: caller });
  return { creditId, amountUsd: formatUsd(-amountNanoUsd), ...(await balanceOf(ports, payer)) };
}

async function debit({ neighbours, visible }: Ports, command: Parameters<BalancesPort['debit']>[0]): Promise<void> {
  const { moneyAndLimits } = neighbours();
  if (moneyAndLimits === undefined) {
    throw new Fault({
      code: 'unavailable',
      message: 'Quota, which decides debits, cannot be asked now; try again shortly.',
    });
  }
  const outcome = await moneyAndLimits.debit(command);
  if ('refusal' in outcome) throw new Fault(outcome.refusal);
  await visible(outcome.position);
}
