import type pg from 'pg';
import type { Bus } from '#bus/connect-bus.ts';
import { type KeptProjections, keepProjections } from '#journal/kept-projections.ts';
import type { Projection } from '#journal/projection.ts';
import type { RemoteJournal } from '#journal/remote/connect-journal.ts';
import { tracedJournal } from '#journal/traced-journal.ts';
import { type BegunTerm, beginTerm } from '#leadership/begin-term.ts';
import { openBus, openRemoteJournal } from './connect-parts.ts';
import { type Host, required } from './host.ts';
import { lead } from './lead.ts';
import { openDatabase } from './open-database.ts';
import { waitFor } from './wait-for.ts';

/** What a service that is led by one process at a time works with, from its election on. */
export interface Leadership {
  readonly pool: pg.Pool;
  readonly bus: Bus;
  readonly log: RemoteJournal;
  /** Whoever decides appends through its journal: what it appends is refused once a later term has begun. */
  readonly term: BegunTerm;
  /** Whether this process may answer now. */
  readonly isLeading: () => boolean;
}

/**
 * Opens database, bus and log, waits until this process leads the service, and begins a term. What is created after it
 * from the tables and the log knows everything the leader before has done.
 */
export async function leadService(host: Host): Promise<Leadership> {
  required(host, {
    databaseUrl: 'DATABASE_URL',
    natsUrl: 'NATS_URL',
    journalAddresses: 'GATEWAY_JOURNAL_ADDRESSES',
    adminToken: 'GATEWAY_ADMIN_TOKEN',
  });
  const { pool } = await openDatabase(host);
  const bus = await openBus(host);
  const log = openRemoteJournal(host, bus);
  const lease = await lead(host, pool, bus);
  const term = await waitFor(
    'the log',
    () =>
      beginTerm({
        journal: tracedJournal(log, host.tracer),
        service: host.name,
        holder: host.instance,
        onSuperseded: host.fence,
      }),
    host,
  );
  host.logger.info({ epoch: term.epoch, position: term.position }, 'a term has begun');
  return { pool, bus, log, term, isLeading: lease.isHeld };
}

/** Keeps a service's projections in line with the log until the stop. */
export async function startProjections(
  host: Host,
  { log, pool }: Pick<Leadership, 'log' | 'pool'>,
  projections: readonly Projection[],
): Promise<KeptProjections> {
  const { logger, metrics } = host;
  const kept = await keepProjections(projections, { journal: log, pool, logger });
  host.stack.defer(() => kept.close());
  host.beforeMetrics(() => {
    metrics.logPosition.set(log.knownHead());
    for (const [consumer, position] of kept.positions()) {
      metrics.consumerLag.set({ consumer }, Math.max(0, log.knownHead() - position));
    }
  });
  return kept;
}
