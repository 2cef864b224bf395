import type { StoredHead } from '#journal/stored-event.ts';
import type { JournalConfig } from '../config.ts';
import type { SerializedAppend, Settlement } from '../writer/serialized-append.ts';

/** What the writer's thread is started with. */
export interface WriterThreadData {
  readonly config: JournalConfig;
  readonly connectionString: string;
  readonly part: number;
}

/** To the writer's thread. */
export type ToWriter =
  | { readonly kind: 'appends'; readonly appends: readonly SerializedAppend[] }
  | { readonly kind: 'close' };

/** Where an append's first event stands; its others follow on both counts. */
export interface Placement {
  readonly id: number;
  readonly firstPosition: number;
  readonly firstVersion: number;
}

/** From the writer's thread. A chain hash arrives as a Uint8Array, whatever it was. */
export type FromWriter =
  | { readonly kind: 'open'; readonly head: StoredHead }
  | {
      readonly kind: 'committed';
      readonly head: StoredHead;
      readonly recordedAtMs: number;
      readonly placements: readonly Placement[];
    }
  | { readonly kind: 'settled'; readonly settlement: Settlement }
  | { readonly kind: 'fenced'; readonly message: string }
  | {
      readonly kind: 'log';
      readonly level: 'info' | 'warn' | 'error';
      readonly fields: Readonly<Record<string, unknown>>;
      readonly message: string;
    }
  | { readonly kind: 'closed' };
