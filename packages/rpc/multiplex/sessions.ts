import { Metadata } from '@grpc/grpc-js';
import { setBearerToken } from '../bearer-token.ts';
import type { RpcServer } from '../servers.ts';
import { type CallerSession, openSession } from './caller-session.ts';

/** The session to start a call in, one for each server, opened when it is first needed and followed by another in time. */
export interface Sessions {
  of(server: RpcServer): CallerSession;
  close(): void;
}

export function createSessions(adminToken: string): Sessions {
  // A server that was taken out takes its last session with it.
  const newest = new WeakMap<RpcServer, CallerSession>();
  const open = new Set<CallerSession>();
  return {
    of(server) {
      const session = newest.get(server);
      if (session?.isOpen()) return session;
      const metadata = new Metadata();
      setBearerToken(metadata, adminToken);
      const next = openSession(server, metadata, () => open.delete(next));
      newest.set(server, next);
      open.add(next);
      return next;
    },
    close() {
      for (const session of open) session.retire();
    },
  };
}
