import { Metadata, type StatusObject, status } from '@grpc/grpc-js';

/** In the trailers of a call that a standby did not begin. */
export const STANDBY_KEY = 'gateway-standby';

/** The answer of a server that does not lead its service. */
export function standbyStatus(): Partial<StatusObject> {
  const metadata = new Metadata();
  metadata.set(STANDBY_KEY, '1');
  return { code: status.UNAVAILABLE, details: 'This process stands by; another one leads.', metadata };
}
