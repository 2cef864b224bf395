import type { LedgerPort } from '#contracts/admin-needs.ts';
import { parseUsd } from '#money/nano-usd.ts';
import { unusualSpendReadings } from '../../../domain/alert/readings/unusual-spend.ts';
import { type Look, type LookMemory, present, subjectOf } from './look.ts';
import { everyRequest } from './look-at-requests.ts';

const HOUR_MS = 3_600_000;
const HISTORY_HOURS = 168;
/** Keys whose hours are remembered: a look reads of at most a hundred keys, since a report has no more. */
const REMEMBERED_MAX = 1_000;

/**
 * Keys that spent enough within the last hour to be told of (of all keys the hundred dearest), and those that are told of now, each
 * with its own hours of the 7 days before.
 */
export const lookAtKeys: Look = async (rule, { registry, neighbours, nowMs, firing, memory }) => {
  const ledger = present(neighbours.ledger, 'billing');
  const time = { fromMs: nowMs - HOUR_MS, toMs: nowMs + 1 };
  const lines = await ledger.usageReport({ filter: { ...everyRequest, ...time }, groupBy: 'key', intervalMs: 0 });
  const spent = new Map(lines.map(({ value, amountNanoUsd }) => [value, amountNanoUsd]));
  const floor = parseUsd(rule.spendAboveUsd);
  const named = new Set(rule.keys);
  const dear = [...spent].flatMap(([id, nanoUsd]) => (nanoUsd >= floor ? [id] : []));
  const watched = [...new Set([...dear, ...firing])].filter(
    (id) => id !== '' && (named.size === 0 || named.has(id)) && registry.get('key', id) !== undefined,
  );
  const looked = [];
  for (const id of watched) {
    const hoursNanoUsd = await hoursOf(ledger, id, nowMs, memory.hoursOfKeys);
    looked.push({ subject: subjectOf(registry, 'key', id), spentNanoUsd: spent.get(id) ?? 0n, hoursNanoUsd });
  }
  return { readings: unusualSpendReadings(rule, looked), isWhole: true };
};

/** What a key spent in each hour (UTC) from its first one on, up to the one that the last hour began in. Read once an hour. */
async function hoursOf(
  ledger: Pick<LedgerPort, 'usageReport'>,
  keyId: string,
  nowMs: number,
  remembered: LookMemory['hoursOfKeys'],
): Promise<readonly bigint[]> {
  const toMs = Math.floor((nowMs - HOUR_MS) / HOUR_MS) * HOUR_MS;
  const known = remembered.get(keyId);
  if (known?.toMs === toMs) return known.hoursNanoUsd;
  const filter = { ...everyRequest, keyId, fromMs: toMs - HISTORY_HOURS * HOUR_MS, toMs };
  const lines = await ledger.usageReport({ filter, groupBy: '', intervalMs: HOUR_MS });
  const spentAt = new Map(lines.map(({ atMs, amountNanoUsd }) => [atMs, amountNanoUsd]));
  const firstMs = Math.min(toMs, ...spentAt.keys());
  const hoursNanoUsd = Array.from(
    { length: (toMs - firstMs) / HOUR_MS },
    (_, index) => spentAt.get(firstMs + index * HOUR_MS) ?? 0n,
  );
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  remembered.set(keyId, { toMs, hoursNanoUsd });
  return hoursNanoUsd;
}
