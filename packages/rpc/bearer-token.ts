import { hash, timingSafeEqual } from 'node:crypto';
import type { Metadata } from '@grpc/grpc-js';

/** Metadata that proves that a caller has the token. */
export function setBearerToken(metadata: Metadata, token: string): void {
  metadata.set('authorization', `Bearer ${token}`);
}

const SCHEME = 'Bearer ';

/** What a call's metadata shows of its caller. */
export interface ShownToken {
  readonly kind: 'right' | 'other' | 'missing';
  /** Empty: none. */
  readonly token: string;
}

/**
 * Looks for the token in a call's metadata. The comparison uses hashes, so that its time reveals nothing about the
 * token or its length.
 */
export function bearerTokenCheck(token: string): (metadata: Metadata) => ShownToken {
  const expected = hash('sha256', `${SCHEME}${token}`, 'buffer');
  return (metadata) => {
    const given = metadata.get('authorization')[0];
    if (typeof given !== 'string') return { kind: 'missing', token: '' };
    const isRight = timingSafeEqual(hash('sha256', given, 'buffer'), expected);
    return { kind: isRight ? 'right' : 'other', token: given.startsWith(SCHEME) ? given.slice(SCHEME.length) : '' };
  };
}
