import { Metadata } from '@grpc/grpc-js';
import { setBearerToken } from '../bearer-token.ts';
import type { RpcServer } from '../servers.ts';
import { type CallerSession, openSession } from './caller-session.ts';

/**
 * How long to leave a server alone after it has said that it begins no more calls. It drains, and a session opened
 * while its connection closes would be lost without saying whether its calls were begun.
 */
const LEAVE_CLOSING_MS = 1_000;

/** Provides the session for a call: one for each server, opened on first use and later replaced. */
export interface Sessions {
  /** undefined: the server begins no calls now, or cannot be reached. A promise only while connecting. */
  of(server: RpcServer): CallerSession | undefined | Promise<CallerSession | undefined>;
  close(): void;
}

interface Known {
  readonly session: CallerSession;
  /** When the server last said that it begins no more calls, by the monotonic clock. */
  readonly closingAtMs: number;
}

export function createSessions(adminToken: string): Sessions {
  // A server that was taken out takes its last session with it.
  const known = new WeakMap<RpcServer, Known>();
  const open = new Set<CallerSession>();

  function start(server: RpcServer): CallerSession {
    const metadata = new Metadata();
    setBearerToken(metadata, adminToken);
    const session = openSession(server, metadata, {
      onRetire: () => open.delete(session),
      onClosing: () => known.set(server, { session, closingAtMs: performance.now() }),
    });
    known.set(server, { session, closingAtMs: Number.NEGATIVE_INFINITY });
    open.add(session);
    return session;
  }

  function of(server: RpcServer): CallerSession | undefined | Promise<CallerSession | undefined> {
    const last = known.get(server);
    if (last?.session.isOpen()) return last.session;
    if (last !== undefined && performance.now() - last.closingAtMs < LEAVE_CLOSING_MS) return undefined;
    const reach = server.reach();
    if (reach === true) return start(server);
    // Another call may have opened one meanwhile.
    return reach === false ? undefined : reach.then((isReached) => (isReached ? of(server) : undefined));
  }

  return {
    of,
    close() {
      for (const session of open) session.retire();
    },
  };
}
