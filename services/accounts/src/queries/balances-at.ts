import type { AdminInput, AdminOutput } from '#contracts/admin.ts';
import type { BalanceAtLine, LedgerPort, Payer } from '#contracts/admin-needs.ts';
import { payerKey } from '#contracts/payer.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { formatUsd } from '#money/nano-usd.ts';
import { logMomentAt, type MomentDependencies, shownMoment } from './log-moment.ts';
import { pageLimit } from './page-limit.ts';

/** Every payer's balance as it was at a time, by the ledger up to the log's last event of then. */
export async function listBalancesAt(
  dependencies: MomentDependencies & { readonly ledger: Pick<LedgerPort, 'balancesAt'> },
  { at, limit: asked, after, payerKind, sort }: AdminInput<'listBalancesAt'>,
): Promise<AdminOutput<'listBalancesAt'>> {
  const limit = pageLimit(asked);
  const behind = after === '' ? undefined : payerIn(after, payerKind);
  const moment = await logMomentAt(dependencies, at);
  const lines = await dependencies.ledger.balancesAt({
    position: moment.position,
    recordedAtMs: moment.recordedAtMs,
    payerKind: isPayerKind(payerKind) ? payerKind : '',
    sort: sort === 'balance' || sort === '-balance' ? sort : 'id',
    after: behind,
    limit: limit + 1,
  });
  const page = lines.slice(0, limit);
  const last = page.at(-1);
  return {
    ...shownMoment(moment),
    balances: page.map(lineOf),
    next: lines.length > limit && last !== undefined ? payerKey(last.payer) : '',
  };
}

function lineOf({ payer, creditedNanoUsd, debitedNanoUsd, chargedNanoUsd, balanceNowNanoUsd }: BalanceAtLine) {
  const balanceNanoUsd = creditedNanoUsd - debitedNanoUsd - chargedNanoUsd;
  return {
    payerKind: payer.kind,
    payerId: payer.id,
    creditedUsd: formatUsd(creditedNanoUsd),
    debitedUsd: formatUsd(debitedNanoUsd),
    chargedUsd: formatUsd(chargedNanoUsd),
    balanceUsd: formatUsd(balanceNanoUsd),
    balanceNowUsd: formatUsd(balanceNowNanoUsd),
    differenceUsd: formatUsd(balanceNowNanoUsd - balanceNanoUsd),
  };
}

/** "team:t1" as the `next` of an answer names it, of the kind that is listed. */
function payerIn(text: string, payerKind: string): Payer {
  const [kind = '', ...rest] = text.split(':');
  if (isPayerKind(kind) && (payerKind === '' || payerKind === kind)) return { kind, id: rest.join(':') };
  throw new Fault(invalid("'after' must be the 'next' of the page before.", 'after'));
}

function isPayerKind(text: string): text is Payer['kind'] {
  return text === 'user' || text === 'team' || text === 'organisation';
}
