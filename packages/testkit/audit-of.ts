import type { Violation } from '#audit/invariant.ts';
import type { Anchor } from '#audit/invariants/hash-chain.ts';
import { logInvariants } from '#audit/invariants.ts';
import { verifyLog } from '#audit/verify-log.ts';
import type { StoredEvent, StoredHead } from '#journal/stored-event.ts';

/** What an audit with every invariant finds, by invariant; those that hold are left out. */
export async function auditOf(
  log: readonly StoredEvent[],
  options: {
    readonly head?: StoredHead;
    readonly nowMs?: number;
    readonly anchors?: readonly Anchor[];
  } = {},
): Promise<{ readonly [id: string]: readonly Violation[] }> {
  const report = await verifyLog({
    batches: [log],
    invariants: logInvariants(options.anchors ?? []),
    head: options.head,
    nowMs: options.nowMs,
    violationsKeptMax: 100,
  });
  const broken = report.results.filter((result) => result.violationCount > 0);
  return Object.fromEntries(broken.map((result) => [result.id, result.violations]));
}

/** The same, as positions. */
export async function violatedPositions(
  ...args: Parameters<typeof auditOf>
): Promise<{ readonly [id: string]: readonly number[] }> {
  const broken = Object.entries(await auditOf(...args));
  return Object.fromEntries(broken.map(([id, violations]) => [id, violations.map((violation) => violation.position)]));
}
