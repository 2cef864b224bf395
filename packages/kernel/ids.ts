import { v5, v7 } from 'uuid';

/** Namespace of the ids that are derived from a request's id; changing it would break idempotency across versions. */
const DERIVED_NAMESPACE = 'b7a1c2de-5c0f-4f0b-9a55-2c7d1f6f3a10';

/** A fresh, time-ordered id (UUIDv7): new rows land at the end of an index. */
export function newId(): string {
  return v7();
}

/**
 * The id of the one event of a kind that can follow from something: the same inputs give the same id, so an append that
 * is repeated after a crash is recognised (RFC 9562, UUIDv5).
 */
export function derivedId(sourceId: string, kind: string): string {
  return v5(`${sourceId}/${kind}`, DERIVED_NAMESPACE);
}
