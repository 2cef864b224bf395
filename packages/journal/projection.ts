import type { PoolClient } from 'pg';
import type { EventType } from '#contracts/events.ts';
import type { RecordedEvent } from './recorded-event.ts';

/** The part of a PostgreSQL client that a projection may use. It runs inside the projector's transaction. */
export type Transaction = Pick<PoolClient, 'query'>;

/**
 * A read model folded from the log into tables. Its SQL names tables without a schema: the projector sets the
 * `search_path`, so that the same code rebuilds into a shadow schema.
 */
export interface Projection {
  /** Unique among all projections: <schema>.<what>. */
  readonly name: string;
  /** The schema of its tables, with a table `checkpoint(projection text primary key, position bigint not null)`. */
  readonly schema: string;
  /** Its tables. A rebuild empties them first and compares them at the end. */
  readonly tables: readonly string[];
  /** The event types that it folds. It does not get others. Absent: all. */
  readonly types?: readonly EventType[];
  /**
   * Applies events in order, each exactly once. The result must depend on the events and the projection's own tables
   * only.
   */
  readonly apply: (transaction: Transaction, events: readonly RecordedEvent[]) => Promise<void>;
}
