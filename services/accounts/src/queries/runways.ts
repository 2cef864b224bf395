import type { AdminInput, AdminOutput } from '#contracts/admin.ts';
import type { BalancesPort, LedgerPort, Payer, PayerBalance } from '#contracts/admin-needs.ts';
import { formatUsd } from '#money/nano-usd.ts';
import { pageLimit } from './page-limit.ts';
import type { NameOf } from './payer-names.ts';
import { unfiltered } from './requests.ts';

const DAYS = 7;
const HOURS_OF_A_DAY = 24n;
const DAY_MS = 86_400_000;
/** As many balances as quota tells at once. */
const PAYERS_MAX = 1_000;

interface Dependencies {
  readonly ledger: Pick<LedgerPort, 'usageReport'>;
  readonly balances: Pick<BalancesPort, 'balancesOf' | 'heldInAll'>;
  readonly nameOf: NameOf;
  readonly nowMs: number;
}

interface Spending {
  readonly payer: Payer;
  readonly spentNanoUsd: bigint;
}

/** How long balances last at the spending of the last seven days, the shortest first. Who spends nothing has no end, and is left out. */
export async function listRunways(
  { ledger, balances, nameOf, nowMs }: Dependencies,
  request: AdminInput<'listRunways'>,
): Promise<AdminOutput<'listRunways'>> {
  const limit = pageLimit(request.limit);
  const filter = { ...unfiltered, fromMs: nowMs - DAYS * DAY_MS, toMs: nowMs + 1 };
  const [lines, heldNanoUsd] = await Promise.all([
    ledger.usageReport({ filter, groupBy: 'payer', intervalMs: 0, valuesMax: PAYERS_MAX }),
    balances.heldInAll(),
  ]);
  const spendings = lines.flatMap(({ value, amountNanoUsd }) => spendingIn(value, amountNanoUsd) ?? []);
  const told = await balances.balancesOf(spendings.map(({ payer }) => payer));
  const runways = spendings
    .flatMap((spending, at) => runwayOf(spending, told[at]) ?? [])
    .sort((one, other) => Number(one.hoursLeft - other.hoursLeft))
    .slice(0, limit);
  const names = await Promise.all(runways.map(({ payer }) => nameOf(payer)));
  return {
    heldUsd: formatUsd(heldNanoUsd),
    runways: runways.map(({ payer, balance, spentNanoUsd, hoursLeft }, at) => ({
      payerKind: payer.kind,
      payerId: payer.id,
      name: names[at] ?? '',
      availableUsd: formatUsd(balance.availableNanoUsd),
      heldUsd: formatUsd(balance.heldNanoUsd),
      spentUsd: formatUsd(spentNanoUsd),
      spentPerDayUsd: formatUsd(spentNanoUsd / BigInt(DAYS)),
      hoursLeft,
    })),
  };
}

/** How long a user's own balance lasts; nothing where a team or an organisation pays, or where billing cannot be asked from here. */
export async function ownRunway(
  ledger: Pick<LedgerPort, 'usageReport'> | undefined,
  { payer, availableNanoUsd }: PayerBalance,
  nowMs: number,
): Promise<{ readonly spentPerDayUsd?: string; readonly hoursLeft?: bigint }> {
  if (ledger === undefined || payer.kind !== 'user') return {};
  const filter = { ...unfiltered, fromMs: nowMs - DAYS * DAY_MS, toMs: nowMs + 1, userId: payer.id };
  const lines = await ledger.usageReport({ filter, groupBy: 'payer', intervalMs: 0 });
  const spentNanoUsd = lines.find(({ value }) => value === `user:${payer.id}`)?.amountNanoUsd ?? 0n;
  const hoursLeft = spentNanoUsd <= 0n ? 0n : hoursOf(availableNanoUsd, spentNanoUsd);
  return { spentPerDayUsd: formatUsd(spentNanoUsd / BigInt(DAYS)), hoursLeft };
}

/** undefined: nothing was spent, or the value names no payer. */
function spendingIn(value: string, spentNanoUsd: bigint): Spending | undefined {
  const [, kind, id = ''] = /^(user|team|organisation):(.+)$/.exec(value) ?? [];
  if (kind === undefined || spentNanoUsd <= 0n) return undefined;
  return { payer: { kind: kind as Payer['kind'], id }, spentNanoUsd };
}

function runwayOf({ payer, spentNanoUsd }: Spending, balance: PayerBalance | undefined) {
  if (balance === undefined) return undefined;
  return { payer, balance, spentNanoUsd, hoursLeft: hoursOf(balance.availableNanoUsd, spentNanoUsd) };
}

function hoursOf(availableNanoUsd: bigint, spentNanoUsd: bigint): bigint {
  const left = availableNanoUsd > 0n ? availableNanoUsd : 0n;
  return (left * BigInt(DAYS) * HOURS_OF_A_DAY) / spentNanoUsd;
}
