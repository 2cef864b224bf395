import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { DeadLetterSource } from '#dead-letters/dead-letter-source.ts';
import { isOutage } from '#dead-letters/is-outage.ts';
import { type Clock, systemClock } from '#kernel/clock.ts';
import type { Journal, Subscription } from './journal.ts';
import type { Projection } from './projection.ts';
import type { RecordedEvent } from './recorded-event.ts';
import { createStoppedProjection } from './stopped-projection.ts';

/**
 * The pause between two batches of a projection. Under load, events gather in it, so that a batch costs a few
 * statements for hundreds of events instead of a transaction each. The pause is longer after a batch that shows load.
 * An idle projection takes the next event at once, and a projection that is behind takes the next batch at once.
 */
const LOAD_MIN_EVENTS = 100;
const LOADED_PAUSE_MS = 250;
const LIGHT_PAUSE_MS = 50;

/**
 * PostgreSQL ends a batch's transaction by itself after so long without a statement. Otherwise a gateway whose machine
 * is gone would keep the checkpoint's row locked from its successor. Two statements of a batch are milliseconds apart.
 */
const IDLE_IN_TRANSACTION_MAX_MS = 30_000;

/**
 * How far the stored checkpoint may lag behind events that the projection does not fold. A restart skips those again.
 */
const CHECKPOINT_LAG_MAX_EVENTS = 10_000;

/**
 * A crash of the database may lose a batch while this process survives. The next batch finds out. If no batch comes, a
 * check at this interval does.
 */
const CHECK_MS = 5_000;

export interface ProjectorDependencies {
  readonly journal: Journal;
  readonly pool: pg.Pool;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** The pause between two batches. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** The pause between two checks whether the tables still have all applied events. */
  readonly checkMs?: number;
}

const pauseUnlessAborted = (ms: number, signal: AbortSignal): Promise<void> => delay(ms, undefined, { signal });

export interface Projector extends Subscription {
  /** The event that stops the projection, if one does. */
  readonly deadLetters: DeadLetterSource;
}

/** The position of a projection's tables; 0 if they have taken nothing yet. */
export async function readCheckpoint(database: Pick<pg.Pool, 'query'>, projection: Projection): Promise<number> {
  const result = await database.query(`select position from ${projection.schema}.checkpoint where projection = $1`, [
    projection.name,
  ]);
  return Number(result.rows[0]?.position ?? 0);
}

/** A running projection, and the position of its tables. */
interface Projecting {
  readonly projection: Projection;
  readonly journal: Journal;
  readonly pool: pg.Pool;
  readonly logger: Logger;
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly stopped: ReturnType<typeof createStoppedProjection>;
  /** Aborted when the projector closes. */
  readonly abort: AbortController;
  /** The types that the projection folds; undefined: all. */
  readonly types: ReadonlySet<RecordedEvent['type']> | undefined;
  checkpoint: number;
  /**
   * The last applied position, even if the tables have lost it since. The subscription does not bring earlier events
   * again.
   */
  appliedUpTo: number;
  /** The position of the tables, as the checkpoint says. */
  isSure: boolean;
  /** The check of the tables while no events come. Batches wait for it. */
  checking: Promise<void> | undefined;
  isBusy: boolean;
  isLooking: boolean;
  /** A batch failed, and it is unknown which of its events was at fault. */
  isOneByOne: boolean;
}

/**
 * Keeps a projection's tables in line with the log. A batch and its checkpoint are one transaction, so they agree after
 * a crash. A crash may lose that transaction (it does not wait for the disk), since the log can always repeat it: the
 * projector reads lost events from the log before any later event.
 *
 * The projector skips no event. An event that cannot be applied stops the projection there: earlier events are applied,
 * and the event is tried again until it succeeds. Meanwhile it is listed as a dead letter.
 */
export async function startProjector(
  projection: Projection,
  { journal, pool, logger, clock = systemClock, pause = pauseUnlessAborted, checkMs = CHECK_MS }: ProjectorDependencies,
): Promise<Projector> {
  const checkpoint = await readCheckpoint(pool, projection);
  const projecting: Projecting = {
    projection,
    journal,
    pool,
    logger,
    pause,
    stopped: createStoppedProjection(projection.name, clock),
    abort: new AbortController(),
    types: projection.types === undefined ? undefined : new Set(projection.types),
    checkpoint,
    appliedUpTo: checkpoint,
    isSure: true,
    checking: undefined,
    isBusy: false,
    isLooking: false,
    isOneByOne: false,
  };
  const checks = setInterval(() => {
    // A batch under way finds out by itself.
    if (!projecting.isBusy && !projecting.isLooking) projecting.checking ??= check(projecting);
  }, checkMs);
  checks.unref();
  const subscription = journal.subscribe({
    name: projection.name,
    afterPosition: checkpoint,
    onEvents: (events, isMoreWaiting) => takeEvents(projecting, events, isMoreWaiting),
  });
  logger.debug({ projection: projection.name, checkpoint }, 'projection started');
  return {
    ...subscription,
    deadLetters: projecting.stopped.deadLetters,
    async close() {
      clearInterval(checks);
      projecting.abort.abort();
      await projecting.checking;
      await subscription.close();
    },
  };
}

function takeEvents(
  projecting: Projecting,
  events: readonly RecordedEvent[],
  isMoreWaiting: boolean,
): undefined | Promise<void> {
  const { checking, isSure, checkpoint, appliedUpTo } = projecting;
  if (checking !== undefined) return checking.then(() => takeEvents(projecting, events, isMoreWaiting));
  if (!isSure || checkpoint < appliedUpTo) {
    return lookAgain(projecting).then(() => takeEvents(projecting, events, isMoreWaiting));
  }
  const wanted = wantedOf(projecting, events);
  const position = events.at(-1)?.position ?? checkpoint;
  if (wanted.length === 0 && position - checkpoint < CHECKPOINT_LAG_MAX_EVENTS) return undefined;
  // If a few events come at a time, the projection is not behind: their positions are known before the events arrive.
  return project(projecting, wanted, position, isMoreWaiting && events.length >= LOAD_MIN_EVENTS);
}

function wantedOf({ checkpoint, types }: Projecting, events: readonly RecordedEvent[]): readonly RecordedEvent[] {
  return events.filter((event) => event.position > checkpoint && (types?.has(event.type) ?? true));
}

async function project(
  projecting: Projecting,
  events: readonly RecordedEvent[],
  position: number,
  isBehind: boolean,
): Promise<void> {
  const begunAtMs = performance.now();
  projecting.isBusy = true;
  try {
    if (projecting.isOneByOne) for (const event of events) await apply(projecting, [event], event.position);
    if (projecting.checkpoint < position) await apply(projecting, projecting.isOneByOne ? [] : events, position);
    projecting.isOneByOne = false;
  } finally {
    projecting.isBusy = false;
    projecting.stopped.tried(begunAtMs);
  }
  if (isBehind) return;
  const pauseMs = events.length < LOAD_MIN_EVENTS ? LIGHT_PAUSE_MS : LOADED_PAUSE_MS;
  await projecting.pause(pauseMs, projecting.abort.signal).catch(() => undefined);
}

async function apply(projecting: Projecting, events: readonly RecordedEvent[], position: number): Promise<void> {
  const { projection, pool, stopped } = projecting;
  // Not sure until the batch is known to be committed: a connection that breaks in mid-commit does not tell, and a
  // predecessor that is about to end may have taken the same events.
  projecting.isSure = false;
  try {
    await inProjectionTransaction(pool, projection.schema, async (client) => {
      await moveCheckpoint(client, projection, projecting.checkpoint, position);
      if (events.length > 0) await projection.apply(client, events);
    });
  } catch (error) {
    noteFailure(projecting, events, error);
    throw error;
  }
  projecting.checkpoint = position;
  projecting.appliedUpTo = Math.max(projecting.appliedUpTo, position);
  projecting.isSure = true;
  stopped.passed(position);
}

/** Tries a failed batch again one event at a time, to find the event at fault and to apply those before it. */
function noteFailure(projecting: Projecting, events: readonly RecordedEvent[], error: unknown): void {
  if (isOutage(error) || error instanceof CheckpointMoved) return;
  projecting.isOneByOne = true;
  const [event, ...more] = events;
  if (event !== undefined && more.length === 0) projecting.stopped.failed(event, error);
}

/** After a failure, only the tables say what was taken. Events that they have lost are taken again. */
async function lookAgain(projecting: Projecting): Promise<void> {
  projecting.isLooking = true;
  try {
    projecting.checkpoint = await readCheckpoint(projecting.pool, projecting.projection);
    if (projecting.checkpoint < projecting.appliedUpTo) await takeAgain(projecting);
  } finally {
    projecting.isLooking = false;
  }
  projecting.isSure = true;
  projecting.stopped.passed(projecting.checkpoint);
}

async function takeAgain(projecting: Projecting): Promise<void> {
  const { projection, journal, logger, checkpoint, appliedUpTo } = projecting;
  const fields = { projection: projection.name, checkpoint, appliedUpTo };
  logger.warn(fields, 'the database has lost what a projection had taken; it is folded anew');
  for await (const events of journal.read(checkpoint)) {
    const lost = events.filter((event) => event.position <= appliedUpTo);
    const position = lost.at(-1)?.position;
    if (position !== undefined) await project(projecting, wantedOf(projecting, lost), position, true);
    if (projecting.checkpoint >= appliedUpTo) return;
  }
}

/** Never rejects. If the check fails, the next batch checks. */
async function check(projecting: Projecting): Promise<void> {
  const { projection, pool, logger } = projecting;
  try {
    const isWhole = projecting.isSure && projecting.checkpoint >= projecting.appliedUpTo;
    if (!isWhole || (await readCheckpoint(pool, projection)) < projecting.checkpoint) await lookAgain(projecting);
  } catch (error) {
    logger.debug({ err: error, projection: projection.name }, 'the tables could not be looked at');
  } finally {
    projecting.checking = undefined;
  }
}

/** Runs `work` in one transaction whose unqualified tables are those of `schema`. */
export async function inProjectionTransaction(
  pool: pg.Pool,
  schema: string,
  work: (client: pg.PoolClient) => Promise<void>,
): Promise<void> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query(
      `begin; set local search_path to ${schema}; set local synchronous_commit to off;
       set local idle_in_transaction_session_timeout to ${IDLE_IN_TRANSACTION_MAX_MS}`,
    );
    await work(client);
    await client.query('commit');
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    await client.query('rollback').catch(() => undefined);
    throw failure;
  } finally {
    client.release(failure);
  }
}

/** Fails if another projector has moved the checkpoint, so that nothing is ever applied twice. */
async function moveCheckpoint(client: pg.PoolClient, projection: Projection, from: number, to: number): Promise<void> {
  const result = await client.query(
    `insert into checkpoint (projection, position) values ($1, $3)
     on conflict (projection) do update set position = excluded.position where checkpoint.position = $2`,
    [projection.name, from, to],
  );
  if (result.rowCount !== 1)
    throw new CheckpointMoved(`projection ${projection.name} is no longer at position ${from}`);
}

/** Another projector took the events. Nothing is wrong with them. */
class CheckpointMoved extends Error {
  override readonly name = 'CheckpointMoved';
}
