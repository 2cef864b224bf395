import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { Bus } from '#bus/connect-bus.ts';
import { campaign, type Lease } from '#leadership/campaign.ts';
import { PART } from './connect-parts.ts';
import type { Host } from './host.ts';

/** Longer than a restart of a NATS server, or the change to another server of its cluster. */
const BUS_AWAY_MAX_MS = 5_000;
const BUS_CHECK_MS = 500;

/**
 * Once a process has the first lease of several, the others are free within a lease's time, unless processes of another
 * form hold them. In that case it leaves the first lease to them, since a log that is led for nobody would keep
 * everybody waiting.
 */
const OTHERS_WAIT_MAX_MS = 6_000;
const STEP_BACK_MS = 1_000;

/** The right to answer for all services of a process. */
export interface Leases {
  /** False from the moment at which another process might lead one of the services. */
  isHeld(): boolean;
}

/**
 * Waits until this process leads all of its services. It stands for them only while it has the bus. After that, losing
 * a lease to another process ends this one. The stop gives the leases back after it has closed everything that was
 * opened later.
 */
export async function lead(host: Host, services: readonly string[], pool: pg.Pool, bus: Bus): Promise<Leases> {
  let leases: readonly Lease[] = [];
  const isHeld = (): boolean => leases.length > 0 && leases.every((lease) => lease.isHeld());
  host.readiness('leadership', () => {
    if (leases.length === 0) return 'standby';
    return isHeld() ? 'ok' : 'the lease could not be renewed';
  });
  host.beforeMetrics(() => {
    for (const service of services) host.metrics.leader.set({ service }, isHeld() ? 1 : 0);
  });
  leases = await elect(host, services, pool, bus);
  for (const lease of leases) void lease.lost.then((error) => host.fence(error));
  const release = async (): Promise<void> => void (await Promise.all(leases.map((lease) => lease.release())));
  watchBus(host, bus, release);
  host.stack.defer(release);
  return { isHeld };
}

/** The first service's lease decides. Its holder gets the others as soon as they end. */
async function elect(
  host: Host,
  [first, ...others]: readonly string[],
  pool: pg.Pool,
  bus: Bus,
): Promise<readonly Lease[]> {
  const { instance: holder, logger } = host;
  const stand = (schema: string, signal: AbortSignal): Promise<Lease> =>
    campaign({ pool, schema, part: PART, holder, logger, signal, isFit: bus.isConnected });
  for (;;) {
    const won = [await stand(first ?? '', host.stopping)];
    const patience = AbortSignal.any([host.stopping, AbortSignal.timeout(OTHERS_WAIT_MAX_MS)]);
    const outcomes = await Promise.allSettled(others.map((service) => stand(service, patience)));
    for (const outcome of outcomes) if (outcome.status === 'fulfilled') won.push(outcome.value);
    if (won.length === others.length + 1) return won;
    await Promise.all(won.map((lease) => lease.release()));
    host.stopping.throwIfAborted();
    logger.warn({ services: others }, 'other processes lead some of these services; standing again');
    await pause(STEP_BACK_MS, undefined, { signal: host.stopping });
  }
}

/**
 * A leader that nobody can reach gives the lease back and ends, so that a process that can reach the bus leads. If no
 * process can reach the bus, all wait for it.
 */
function watchBus(host: Host, bus: Bus, release: () => Promise<void>): void {
  let awaySinceMs: number | undefined;
  const timer = setInterval(() => {
    if (bus.isConnected()) awaySinceMs = undefined;
    else awaySinceMs ??= performance.now();
    if (awaySinceMs === undefined || performance.now() - awaySinceMs < BUS_AWAY_MAX_MS) return;
    clearInterval(timer);
    void release().then(() => host.fence(new Error('the bus is out of reach of this leader')));
  }, BUS_CHECK_MS);
  host.stack.defer(() => clearInterval(timer));
}
