import type { PoolClient } from 'pg';
import type { EventType } from '#contracts/events.ts';
import type { RecordedEvent } from './recorded-event.ts';

/** The part of a PostgreSQL client a projection may use: it runs inside the projector's transaction. */
export type Transaction = Pick<PoolClient, 'query'>;

/**
 * A read model folded from the log into tables. Tables are named without their schema: the projector sets the
 * `search_path`, so that the same code rebuilds into a shadow schema.
 */
export interface Projection {
  /** Unique among all projections: <schema>.<what>. */
  readonly name: string;
  /** The schema its tables live in, with a table `checkpoint(projection text primary key, position bigint not null)`. */
  readonly schema: string;
  /** Its tables: emptied before a rebuild, compared after one. */
  readonly tables: readonly string[];
  /** The types it folds; the others are not given to it. Absent: all. */
  readonly types?: readonly EventType[];
  /** Applies events in order, each exactly once. Must depend on the events and its own tables only. */
  readonly apply: (transaction: Transaction, events: readonly RecordedEvent[]) => Promise<void>;
}
