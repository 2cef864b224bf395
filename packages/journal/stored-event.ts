import type { HashedFields } from './chain.ts';

/** An event as the log keeps it, nothing of its body believed or even parsed, with the log's fingerprint after it. */
export type StoredEvent = HashedFields & { readonly chain: Buffer };

/** Where the log ends. */
export interface StoredHead {
  /** 0 for an empty log. */
  readonly position: number;
  readonly epoch: number;
  readonly chain: Buffer;
}
