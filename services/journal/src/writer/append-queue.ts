import { validate as isUuid } from 'uuid';
import { Fault } from '#errors/fault.ts';
import type { AppendRequest, AppendResult } from '#journal/journal.ts';
import type { JournalConfig } from '../config.ts';
import type { PendingAppend } from './pending-append.ts';

/** Appends on their way to the next commit. */
export interface AppendQueue {
  /** Rejects at once what cannot be written: malformed, too many waiting, or the queue closed. */
  add(request: AppendRequest): Promise<AppendResult>;
  /** As many as fit one commit, in order of arrival, at least one; empty where nothing waits. */
  takeBatch(): readonly PendingAppend[];
  isEmpty(): boolean;
  /** Refuses what waits and what comes, until `reopen` with the same reason. The first reason stays. */
  close(reason: string): void;
  reopen(reason: string): void;
}

/** The gateway cannot write its log now; nothing is known to be written. */
export function unavailable(message: string, cause?: unknown): Fault {
  return new Fault({ code: 'unavailable', message, retryAfterMs: 1_000 }, { cause });
}

export function createAppendQueue(config: JournalConfig): AppendQueue {
  let waiting: PendingAppend[] = [];
  let refusal: string | undefined;

  function refusalOf(request: AppendRequest): Fault | undefined {
    if (refusal !== undefined) return unavailable(refusal);
    if (waiting.length >= config.queueMaxAppends) return unavailable('The log is overloaded.');
    if (request.events.length === 0) return malformed('An append has no events.');
    if (!request.events.every((event) => isUuid(event.eventId))) return malformed('An event id is no UUID.');
    return undefined;
  }

  return {
    add(request) {
      const fault = refusalOf(request);
      if (fault !== undefined) return Promise.reject(fault);
      const bodies = request.events.map((event) => JSON.stringify(event.data));
      const bytes = bodies.reduce((sum, body) => sum + body.length, 0);
      return new Promise((resolve, reject) => waiting.push({ request, bodies, bytes, resolve, reject }));
    },
    takeBatch() {
      const count = countOfBatch(waiting, config);
      const batch = waiting.slice(0, count);
      waiting = waiting.slice(count);
      return batch;
    },
    isEmpty: () => waiting.length === 0,
    close(reason) {
      refusal ??= reason;
      const refused = waiting;
      waiting = [];
      for (const pending of refused) pending.reject(unavailable(reason));
    },
    reopen(reason) {
      if (refusal === reason) refusal = undefined;
    },
  };
}

function countOfBatch(waiting: readonly PendingAppend[], config: JournalConfig): number {
  let events = 0;
  let bytes = 0;
  let count = 0;
  for (const pending of waiting) {
    events += pending.request.events.length;
    bytes += pending.bytes;
    if (count > 0 && (events > config.batchMaxEvents || bytes > config.batchMaxBytes)) break;
    count += 1;
  }
  return count;
}

function malformed(message: string): Fault {
  return new Fault({ code: 'invalid_request', message });
}
