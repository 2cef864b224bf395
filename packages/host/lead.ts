import type pg from 'pg';
import type { Bus } from '#bus/connect-bus.ts';
import { campaign, type Lease } from '#leadership/campaign.ts';
import { PART } from './connect-parts.ts';
import type { Host } from './host.ts';

/** Longer than a restart of a NATS server, or the change to another one of its cluster. */
const BUS_AWAY_MAX_MS = 5_000;
const BUS_CHECK_MS = 500;

/**
 * Waits until this process leads its service, for which it stands only while it has the bus. From then on a lease that
 * another process has taken ends it. The lease is given back at the stop, after everything that was opened later is
 * closed.
 */
export async function lead(host: Host, pool: pg.Pool, bus: Bus): Promise<Lease> {
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
    isFit: bus.isConnected,
  });
  lease = won;
  void won.lost.then((error) => host.fence(error));
  watchBus(host, bus, won);
  host.stack.defer(() => won.release());
  return won;
}

/**
 * A leader that nobody can reach is none: it gives the lease back and ends, so that another one leads, wherever the bus
 * can be reached from. Where that is nowhere, all wait for it.
 */
function watchBus(host: Host, bus: Bus, lease: Lease): void {
  let awaySinceMs: number | undefined;
  const timer = setInterval(() => {
    if (bus.isConnected()) awaySinceMs = undefined;
    else awaySinceMs ??= performance.now();
    if (awaySinceMs === undefined || performance.now() - awaySinceMs < BUS_AWAY_MAX_MS) return;
    clearInterval(timer);
    void lease.release().then(() => host.fence(new Error('the bus is out of reach of this leader')));
  }, BUS_CHECK_MS);
  host.stack.defer(() => clearInterval(timer));
}

function stateOf(lease: Lease | undefined): string {
  if (lease === undefined) return 'standby';
  return lease.isHeld() ? 'ok' : 'the lease could not be renewed';
}
