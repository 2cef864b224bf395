import type pg from 'pg';
import { campaign, type Lease } from '#leadership/campaign.ts';
import { PART } from './connect-parts.ts';
import type { Host } from './host.ts';

/**
 * Waits until this process leads its service. From then on a lease that another process has taken ends it. The lease is
 * given back at the stop, after everything that was opened later is closed.
 */
export async function lead(host: Host, pool: pg.Pool): Promise<Lease> {
  let lease: Lease | undefined;
  host.readiness('leadership', () => stateOf(lease));
  host.beforeMetrics(() => host.metrics.leader.set({ service: host.name }, lease?.isHeld() === true ? 1 : 0));
  const won = await campaign({
    pool,
    schema: host.name,
    part: PART,
    holder: host.instance,
    logger: host.logger,
    signal: host.stopping,
  });
  lease = won;
  void won.lost.then((error) => host.fence(error));
  host.stack.defer(() => won.release());
  return won;
}

function stateOf(lease: Lease | undefined): string {
  if (lease === undefined) return 'standby';
  return lease.isHeld() ? 'ok' : 'the lease could not be renewed';
}
