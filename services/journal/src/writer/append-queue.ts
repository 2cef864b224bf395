import { validate as isUuid } from 'uuid';
import type { Refusal } from '#errors/error-table.ts';
import type { JournalConfig } from '../config.ts';
import type { SerializedAppend } from './serialized-append.ts';

/** With four bytes a character, a name fits an entry of PostgreSQL's index, which takes 2,704 bytes. */
const STREAM_NAME_MAX_LENGTH = 512;
const STREAM_NAME = new RegExp(`^[^\\0]{1,${STREAM_NAME_MAX_LENGTH}}$`, 'u');

/** Appends that wait for the next commit. */
export interface AppendQueue {
  /** Takes an append, or says why it cannot be written: malformed, too many waiting, or the queue is closed. */
  add(append: SerializedAppend): Refusal | undefined;
  /** As many as fit one commit, in order of arrival, at least one; empty if none waits. */
  takeBatch(): readonly SerializedAppend[];
  isEmpty(): boolean;
  /**
   * Refuses later appends until `reopen`, all with the same reason (the first reason stays), and returns those that
   * waited.
   */
  close(reason: string): readonly SerializedAppend[];
  reopen(reason: string): void;
}

/** The gateway cannot write its log now. Nothing is known to be written. */
export function unavailable(message: string): Refusal {
  return { code: 'unavailable', message, retryAfterMs: 1_000 };
}

export function createAppendQueue(config: JournalConfig): AppendQueue {
  let waiting: SerializedAppend[] = [];
  let closedFor: string | undefined;

  return {
    add(append) {
      if (closedFor !== undefined) return unavailable(closedFor);
      if (waiting.length >= config.queueMaxAppends) return unavailable('The log is overloaded.');
      const fault = faultOf(append);
      if (fault === undefined) waiting.push(append);
      return fault;
    },
    takeBatch() {
      const count = countOfBatch(waiting, config);
      const batch = waiting.slice(0, count);
      waiting = waiting.slice(count);
      return batch;
    },
    isEmpty: () => waiting.length === 0,
    close(reason) {
      closedFor ??= reason;
      const refused = waiting;
      waiting = [];
      return refused;
    },
    reopen(reason) {
      if (closedFor === reason) closedFor = undefined;
    },
  };
}

function faultOf({ stream, events }: SerializedAppend): Refusal | undefined {
  if (!STREAM_NAME.test(stream)) {
    const message = `A stream's name has 1 to ${STREAM_NAME_MAX_LENGTH} characters, none of them NUL.`;
    return { code: 'invalid_request', message };
  }
  if (events.length === 0) return { code: 'invalid_request', message: 'An append has no events.' };
  if (events.every((event) => isUuid(event.eventId))) return undefined;
  return { code: 'invalid_request', message: 'An event id is no UUID.' };
}

function countOfBatch(waiting: readonly SerializedAppend[], config: JournalConfig): number {
  let events = 0;
  let bytes = 0;
  let count = 0;
  for (const append of waiting) {
    events += append.events.length;
    for (const event of append.events) bytes += event.body.length;
    if (count > 0 && (events > config.batchMaxEvents || bytes > config.batchMaxBytes)) break;
    count += 1;
  }
  return count;
}
