import { chainHash, leafHash } from '#journal/chain.ts';
import type { StoredEvent, StoredHead } from '#journal/stored-event.ts';
import type { PendingAppend } from './pending-append.ts';

/** The version of the event bodies' schemas that this code writes. */
const SCHEMA_VERSION = 1;

/** What a batch becomes: rows for the appends that fit, and the appends whose expected version does not. */
export interface NumberedBatch {
  readonly rows: readonly StoredEvent[];
  readonly accepted: readonly PendingAppend[];
  readonly mismatched: readonly PendingAppend[];
  /** The streams' versions after the rows. */
  readonly versions: ReadonlyMap<string, number>;
}

/**
 * Gives each event its position, stream version and place in the hash chain, all following `head`. Pure: nothing is
 * remembered of a batch that is not committed.
 */
export function numberBatch(
  batch: readonly PendingAppend[],
  head: StoredHead,
  part: number,
  recordedAtMs: number,
  versionOf: (stream: string) => number,
): NumberedBatch {
  const rows: StoredEvent[] = [];
  const accepted: PendingAppend[] = [];
  const mismatched: PendingAppend[] = [];
  const versions = new Map<string, number>();
  let chain = head.chain;
  for (const append of batch) {
    const { request, bodies } = append;
    let version = versions.get(request.stream) ?? versionOf(request.stream);
    if (version !== request.expectedVersion) {
      mismatched.push(append);
      continue;
    }
    for (const [index, event] of request.events.entries()) {
      version += 1;
      const envelope = {
        part,
        position: head.position + rows.length + 1,
        eventId: event.eventId,
        stream: request.stream,
        version,
        type: event.type,
        schemaVersion: SCHEMA_VERSION,
        recordedAtMs,
        epoch: head.epoch,
        correlationId: request.correlationId,
        causationId: request.causationId,
        body: bodies[index] ?? '',
      };
      chain = chainHash(chain, leafHash(envelope));
      rows.push({ ...envelope, chain });
    }
    versions.set(request.stream, version);
    accepted.push(append);
  }
  return { rows, accepted, mismatched, versions };
}
