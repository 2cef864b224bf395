import type pg from 'pg';
import type { Bus } from '#bus/connect-bus.ts';
import type { Followable, Following } from '#journal/following.ts';
import { type KeptProjections, keepProjections } from '#journal/kept-projections.ts';
import type { Projection } from '#journal/projection.ts';
import type { RemoteJournal } from '#journal/remote/connect-journal.ts';
import { tracedJournal } from '#journal/traced-journal.ts';
import { type BegunTerm, beginTerm } from '#leadership/begin-term.ts';
import { openBus, openRemoteJournal } from './connect-parts.ts';
import { type Host, required } from './host.ts';
import { lead } from './lead.ts';
import { openDatabase } from './open-database.ts';
import { unlessStopped, waitFor } from './wait-for.ts';
import { watchFollowing } from './watch-following.ts';

/** What a service that is led by one process at a time works with, from its election on. */
export interface Leadership {
  readonly pool: pg.Pool;
  readonly bus: Bus;
  readonly log: RemoteJournal;
  /** Whoever decides appends through its journal: what it appends is refused once a later term has begun. */
  readonly term: BegunTerm;
  /** Whether this process may answer now. */
  readonly isLeading: () => boolean;
  /** What may go on after the lease was given back; given back itself before database, bus and log. */
  readonly afterLease: AsyncDisposableStack;
}

/** What a standby has: it can read the log and its tables, and append nothing. */
export interface Standby {
  readonly pool: pg.Pool;
  readonly journal: Followable;
}

/**
 * Opens database, bus and log, waits until this process leads the service, and begins a term. What is created after it
 * from the tables and the log knows everything the leader before has done.
 */
export async function leadService(host: Host): Promise<Leadership> {
  return electedOf(host, await openParts(host));
}

/**
 * The same for a service whose leader decides from a fold in memory: the fold is loaded and brought up to the log's end
 * before this process stands for election, and follows the log while it stands by. Resolves when it has the log up to the
 * beginning of the term, beyond which no earlier leader can have written.
 */
export async function leadFollowing<F extends Following>(
  host: Host,
  followIn: (standby: Standby) => Promise<F>,
): Promise<Leadership & { readonly following: F }> {
  const parts = await openParts(host);
  const { pool, log } = parts;
  const following = await followIn({ pool, journal: { subscribe: log.subscribe } });
  host.stack.defer(() => following.close());
  const stopWatching = watchFollowing(host, log, following);
  host.stack.defer(stopWatching);
  host.beforeMetrics(() => {
    host.metrics.logPosition.set(log.knownHead());
    host.metrics.consumerLag.set({ consumer: following.name }, Math.max(0, log.knownHead() - following.position()));
  });
  const head = await waitFor('the log', log.head, host);
  await unlessStopped(following.reached(head), host);
  host.logger.info({ position: following.position() }, 'the log is folded');
  const leadership = await electedOf(host, parts);
  // Asked for, so that the fold reads what is missing now instead of when it is brought.
  await waitFor('the log', log.head, host);
  await unlessStopped(following.reached(leadership.term.position), host);
  host.logger.info({ position: following.position() }, 'the log is folded up to the term');
  stopWatching();
  return { ...leadership, following };
}

type Parts = Pick<Leadership, 'pool' | 'bus' | 'log'>;

async function openParts(host: Host): Promise<Parts> {
  required(host, {
    databaseUrl: 'DATABASE_URL',
    natsUrl: 'NATS_URL',
    journalAddresses: 'GATEWAY_JOURNAL_ADDRESSES',
    adminToken: 'GATEWAY_ADMIN_TOKEN',
  });
  const { pool } = await openDatabase(host);
  const bus = await openBus(host);
  return { pool, bus, log: openRemoteJournal(host, bus) };
}

async function electedOf(host: Host, parts: Parts): Promise<Leadership> {
  const { pool, bus, log } = parts;
  const afterLease = host.stack.use(new AsyncDisposableStack());
  const lease = await lead(host, pool, bus);
  const term = await waitFor(
    'the log',
    () =>
      beginTerm({
        journal: tracedJournal(log, host.tracer),
        service: host.name,
        holder: host.instance,
        isHeld: lease.isHeld,
        onSuperseded: host.fence,
      }),
    host,
  );
  // Before the lease is given back: what a successor finds in the log is all there will be.
  host.stack.defer(() => term.end());
  host.logger.info({ epoch: term.epoch, position: term.position }, 'a term has begun');
  return { ...parts, term, isLeading: lease.isHeld, afterLease };
}

/**
 * Keeps a service's projections in line with the log until the stop. A batch under way may end after the lease was
 * given back: it may wait for a lock, or for a database that hangs, and a successor finds which events are taken.
 */
export async function startProjections(
  host: Host,
  { log, pool, afterLease }: Pick<Leadership, 'log' | 'pool' | 'afterLease'>,
  projections: readonly Projection[],
): Promise<KeptProjections> {
  const { logger, metrics } = host;
  const kept = await keepProjections(projections, { journal: log, pool, logger });
  afterLease.defer(() => kept.close());
  host.stack.defer(() => void kept.close());
  host.beforeMetrics(() => {
    metrics.logPosition.set(log.knownHead());
    for (const [consumer, position] of kept.positions()) {
      metrics.consumerLag.set({ consumer }, Math.max(0, log.knownHead() - position));
    }
  });
  return kept;
}
