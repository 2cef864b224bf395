import { hash, timingSafeEqual } from 'node:crypto';
import type { Metadata } from '@grpc/grpc-js';
import { Fault } from '#errors/fault.ts';

/** Metadata that proves a caller to hold the token. */
export function setBearerToken(metadata: Metadata, token: string): void {
  metadata.set('authorization', `Bearer ${token}`);
}

/**
 * Checks every call's metadata for the token. What is compared are hashes, so that the time it takes tells nothing of
 * the token, its length included. Throws `invalid_admin_token`.
 */
export function bearerTokenCheck(token: string): (metadata: Metadata) => void {
  const expected = hash('sha256', `Bearer ${token}`, 'buffer');
  return (metadata) => {
    const given = metadata.get('authorization')[0];
    if (typeof given === 'string' && timingSafeEqual(hash('sha256', given, 'buffer'), expected)) return;
    const message =
      given === undefined
        ? 'No admin token was given: send it as "authorization: Bearer <token>".'
        : 'The admin token is wrong.';
    throw new Fault({ code: 'invalid_admin_token', message });
  };
}
