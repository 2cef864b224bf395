import { Metadata, type StatusObject, status } from '@grpc/grpc-js';
import { Fault } from '#errors/fault.ts';

/** A trailer of a call that a standby did not begin. */
export const STANDBY_KEY = 'gateway-standby';

/** The answer of a server that does not lead its service. */
export function standbyStatus(): StatusObject {
  const metadata = new Metadata();
  metadata.set(STANDBY_KEY, '1');
  return { code: status.UNAVAILABLE, details: 'This process stands by; another one leads.', metadata };
}

/** Whether a call failed because the server does not lead its service. */
export function isStandby(thrown: unknown): boolean {
  const cause = thrown instanceof Fault ? thrown.cause : undefined;
  const metadata = typeof cause === 'object' && cause !== null && 'metadata' in cause ? cause.metadata : undefined;
  return metadata instanceof Metadata && metadata.get(STANDBY_KEY).length > 0;
}
