import type { AdminInput, AdminOutput } from '#contracts/admin.ts';
import type { Payer } from '#contracts/admin-needs.ts';
import { Fault } from '#errors/fault.ts';
import { formatUsd } from '#money/nano-usd.ts';
import type { Neighbours } from '../ports.ts';
import { pageLimit } from './page-limit.ts';
import { type ReadDependencies, readResource } from './read-resources.ts';

/** The lines of the ledger that moved a payer's balance, the newest first. */
export async function listLedger(
  dependencies: ReadDependencies & { readonly neighbours: () => Neighbours },
  payer: Payer,
  request: AdminInput<'listLedger'>,
): Promise<AdminOutput<'listLedger'>> {
  const limit = pageLimit(request.limit);
  if ((await readResource(dependencies, payer.kind, payer.id)) === undefined) {
    throw new Fault({ code: 'not_found', message: `There is no such ${payer.kind}.`, param: 'id' });
  }
  const { ledger } = dependencies.neighbours();
  if (ledger === undefined) {
    throw new Fault({
      code: 'unavailable',
      message: 'Billing, which has the ledger, cannot be asked now; try again shortly.',
    });
  }
  const lines = await ledger.ledgerLines({ payer, beforePosition: Number(request.after), limit: limit + 1 });
  return {
    lines: lines.slice(0, limit).map(({ position, atMs, amountNanoUsd, ...line }) => ({
      ...line,
      position: BigInt(position),
      at: new Date(atMs).toISOString(),
      amountUsd: formatUsd(amountNanoUsd),
    })),
    hasMore: lines.length > limit,
  };
}
