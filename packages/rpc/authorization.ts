import {
  type Metadata,
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
} from '@grpc/grpc-js';
import type { Logger } from 'pino';
import type { FindAdminToken } from '#contracts/admin.ts';
import { Fault } from '#errors/fault.ts';
import { plainAddress } from '#kernel/address-ranges.ts';
import { systemClockUs } from '#kernel/clock.ts';
import { newId } from '#kernel/ids.ts';
import { ADMIN_TOKEN_GUESSES } from '#throttle/admin-token-guesses.ts';
import { clientSubject } from '#throttle/client-subject.ts';
import { createGuessThrottle } from '#throttle/guess-throttle.ts';
import { bearerTokenCheck } from './bearer-token.ts';
import { callerIn, clearCaller, namesCaller, setCaller } from './caller.ts';
import { mayCall } from './caller-roles.ts';
import type { Connections } from './connections.ts';
import { statusOfFault } from './fault-status.ts';
import { standbyStatus } from './standby.ts';

/** Services that anyone may call: whether this server is well, and what it serves. */
const OPEN_SERVICES = new Set([
  'grpc.health.v1.Health',
  'grpc.reflection.v1.ServerReflection',
  'grpc.reflection.v1alpha.ServerReflection',
]);

export interface AuthorizationOptions {
  readonly adminToken: string;
  /** Absent: this server takes no personal tokens. */
  readonly findAdminToken?: FindAdminToken | undefined;
  readonly isServing: () => boolean;
  readonly connections: Pick<Connections, 'authenticated'>;
  /** Called for the first refusals of a client. A client that goes on is logged once a minute. */
  readonly onRefused: (method: string, fault: Fault) => void;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Passes a call to its service if its metadata has the gateway's token, or a personal one whose role may call the method. The
 * metadata comes before the request, so a caller without a token cannot make this process hold a request of several megabytes,
 * nor find out what is wrong with it. The metadata that goes on names the caller: with the gateway's token the one that the call
 * names, or the gateway's token itself; with a personal token that token.
 */
export function authorization(options: AuthorizationOptions): ServerInterceptor {
  const { isServing, connections, onRefused, logger } = options;
  const throttle = createGuessThrottle({
    limit: ADMIN_TOKEN_GUESSES,
    nowUs: systemClockUs,
    onBlocked: (address) => logger.warn({ address }, 'too many wrong admin tokens from one address'),
  });
  const check = bearerTokenCheck(options.adminToken);

  function refusal(method: string, isMissing: boolean, client: string): Fault {
    const retryAfterMs = throttle.guessed(client);
    if (retryAfterMs > 0) {
      const message = 'Too many wrong admin tokens came from this address.';
      return new Fault({ code: 'rate_limit_exceeded', message, retryAfterMs });
    }
    const message = isMissing
      ? 'No admin token was given: send it as "authorization: Bearer <token>".'
      : 'The admin token is wrong.';
    const fault = new Fault({ code: 'invalid_admin_token', message });
    onRefused(method, fault);
    return fault;
  }

  /** What is wrong with a call; undefined: nothing. */
  function problem(method: string, metadata: Metadata, address: string): Fault | undefined {
    const { kind, token } = check(metadata);
    const requestId = newId();
    if (kind === 'right') {
      if (callerIn(metadata) === undefined) {
        // A role of a later version must not pass for the owner's.
        if (namesCaller(metadata)) {
          return new Fault({
            code: 'forbidden',
            message: 'The caller that the call names has no role that is known here.',
          });
        }
        setCaller(metadata, { actor: 'bootstrap', role: 'owner', address, requestId });
      }
      return undefined;
    }
    clearCaller(metadata);
    const personal = token === '' ? undefined : options.findAdminToken?.(token);
    if (personal === undefined) {
      return isOpen(method) ? undefined : refusal(method, kind === 'missing', clientSubject(address));
    }
    const { id: actor, role, userId } = personal;
    setCaller(metadata, { actor, role, userId, address, requestId });
    if (isOpen(method) || mayCall(personal.role, method)) return undefined;
    const message = `The role ${personal.role} may not call ${method}.`;
    return new Fault({ code: 'forbidden', message });
  }

  return ({ path }, call) => {
    const method = path.slice(1);
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, goOn) => {
        const connection = call.getConnectionInfo();
        const fault = problem(method, metadata, plainAddress(connection.remoteAddress ?? ''));
        const isKnown = callerIn(metadata) !== undefined;
        // A client certificate of our authority proves as much of the connection as a token does of a call.
        if (isKnown || call.getAuthContext().sslPeerCertificate !== undefined) connections.authenticated(connection);
        if (fault === undefined) return goOn(metadata);
        // While tokens are changed, a standby with another token than its leader must not keep a caller from the leader.
        call.sendStatus(isServing() ? statusOfFault(fault) : standbyStatus());
      })
      .build();
    return new ServerInterceptingCall(call, new ResponderBuilder().withStart((start) => start(listener)).build());
  };
}

function isOpen(method: string): boolean {
  return OPEN_SERVICES.has(method.slice(0, method.indexOf('/')));
}
