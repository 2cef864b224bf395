import { hash, timingSafeEqual } from 'node:crypto';
import type { Metadata } from '@grpc/grpc-js';

/** Metadata that proves that a caller has the token. */
export function setBearerToken(metadata: Metadata, token: string): void {
  metadata.set('authorization', `Bearer ${token}`);
}

/**
 * Looks for the token in a call's metadata. The comparison uses hashes, so that its time reveals nothing about the
 * token or its length.
 */
export function bearerTokenCheck(token: string): (metadata: Metadata) => 'right' | 'wrong' | 'missing' {
  const expected = hash('sha256', `Bearer ${token}`, 'buffer');
  return (metadata) => {
    const given = metadata.get('authorization')[0];
    if (typeof given !== 'string') return 'missing';
    return timingSafeEqual(hash('sha256', given, 'buffer'), expected) ? 'right' : 'wrong';
  };
}
