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
  const sessions = new Map<RpcServer, CallerSession>();
  return {
    of(server) {
      const session = sessions.get(server);
      if (session?.isOpen()) return session;
      session?.retire();
      const metadata = new Metadata();
      setBearerToken(metadata, adminToken);
      const next = openSession(server, metadata);
      sessions.set(server, next);
      return next;
    },
    close() {
      for (const session of sessions.values()) session.retire();
    },
  };
}
