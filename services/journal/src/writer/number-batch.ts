import { streams } from '#contracts/streams.ts';
import { chainHash, leafHash } from '#journal/chain.ts';
import type { StoredEvent, StoredHead } from '#journal/stored-event.ts';
import type { SerializedAppend } from './serialized-append.ts';

/** The version of the event bodies' schemas that this code writes. */
export const SCHEMA_VERSION = 1;

/** An append with the position and version of its first event. Its other events follow on both. */
export interface PlacedAppend {
  readonly append: SerializedAppend;
  readonly firstPosition: number;
  readonly firstVersion: number;
}

/**
 * The result for a batch: rows for the appends that fit, and the appends whose term is over or whose expected version
 * is wrong.
 */
export interface NumberedBatch {
  readonly rows: readonly StoredEvent[];
  readonly accepted: readonly PlacedAppend[];
  readonly mismatched: readonly SerializedAppend[];
  /** Their authors have been succeeded, earlier in the log or in this very batch. */
  readonly superseded: readonly SerializedAppend[];
  /** The streams' versions after the rows. */
  readonly versions: ReadonlyMap<string, number>;
}

/**
 * Gives each event its position, stream version and place in the hash chain, all following `head`. Pure: it keeps
 * nothing of a batch that may not be committed.
 */
export function numberBatch(
  batch: readonly SerializedAppend[],
  head: StoredHead,
  part: number,
  recordedAtMs: number,
  versionOf: (stream: string) => number,
): NumberedBatch {
  const rows: StoredEvent[] = [];
  const accepted: PlacedAppend[] = [];
  const mismatched: SerializedAppend[] = [];
  const superseded: SerializedAppend[] = [];
  const versions = new Map<string, number>();
  let chain = head.chain;
  for (const append of batch) {
    const { stream, correlationId, causationId, term } = append;
    let version = versions.get(stream) ?? versionOf(stream);
    if (term !== undefined) {
      const termStream = streams.term(term.service);
      if ((versions.get(termStream) ?? versionOf(termStream)) !== term.epoch) {
        superseded.push(append);
        continue;
      }
    }
    if (version !== append.expectedVersion) {
      mismatched.push(append);
      continue;
    }
    accepted.push({ append, firstPosition: head.position + rows.length + 1, firstVersion: version + 1 });
    for (const { eventId, type, body } of append.events) {
      version += 1;
      const envelope = {
        part,
        position: head.position + rows.length + 1,
        eventId,
        stream,
        version,
        type,
        schemaVersion: SCHEMA_VERSION,
        recordedAtMs,
        epoch: head.epoch,
        correlationId,
        causationId,
        body,
      };
      chain = chainHash(chain, leafHash(envelope));
      rows.push({ ...envelope, chain });
    }
    versions.set(stream, version);
  }
  return { rows, accepted, mismatched, superseded, versions };
}
