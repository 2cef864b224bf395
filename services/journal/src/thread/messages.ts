import type { StoredHead } from '#journal/stored-event.ts';
import type { JournalConfig } from '../config.ts';
import type { Settlement } from '../writer/serialized-append.ts';
import type { FlatAppends } from './flat-appends.ts';

/** The data that starts the writer's thread. */
export interface WriterThreadData {
  readonly config: JournalConfig;
  readonly connectionString: string;
  readonly part: number;
}

/** Messages to the writer's thread. */
export type ToWriter = { readonly kind: 'appends'; readonly appends: FlatAppends } | { readonly kind: 'close' };

/**
 * The appends of a commit in log order: id, position and stream version of each append's first event, one after
 * another. An append's other events follow on both counts.
 */
export type Placements = Float64Array;
export const PLACEMENT_FIELDS = 3;

/** Messages from the writer's thread. A chain hash arrives as a Uint8Array, whatever it was. */
export type FromWriter =
  | { readonly kind: 'open'; readonly head: StoredHead }
  | {
      readonly kind: 'committed';
      readonly head: StoredHead;
      readonly recordedAtMs: number;
      readonly placements: Placements;
    }
  | { readonly kind: 'settled'; readonly settlement: Settlement }
  | { readonly kind: 'away'; readonly isAway: boolean }
  | { readonly kind: 'fenced'; readonly message: string }
  | {
      readonly kind: 'log';
      readonly level: 'info' | 'warn' | 'error';
      readonly fields: Readonly<Record<string, unknown>>;
      readonly message: string;
    }
  | { readonly kind: 'closed' };
