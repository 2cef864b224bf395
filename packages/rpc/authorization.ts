import { ResponderBuilder, ServerInterceptingCall, type ServerInterceptor, ServerListenerBuilder } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { Fault } from '#errors/fault.ts';
import { systemClockUs } from '#kernel/clock.ts';
import { ADMIN_TOKEN_GUESSES } from '#throttle/admin-token-guesses.ts';
import { clientSubject } from '#throttle/client-subject.ts';
import { createGuessThrottle } from '#throttle/guess-throttle.ts';
import { bearerTokenCheck } from './bearer-token.ts';
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
  readonly isServing: () => boolean;
  readonly connections: Pick<Connections, 'authenticated'>;
  /** Called for the first refusals of a client. A client that goes on is logged once a minute. */
  readonly onRefused: (method: string, fault: Fault) => void;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Passes a call to its service if its metadata has the token. The metadata comes before the request, so a caller
 * without the token cannot make this process hold a request of several megabytes, nor find out what is wrong with it.
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

  return ({ path }, call) => {
    const method = path.slice(1);
    const isOpen = OPEN_SERVICES.has(method.slice(0, method.indexOf('/')));
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, goOn) => {
        const connection = call.getConnectionInfo();
        const token = check(metadata);
        // A client certificate of our authority proves as much about the connection as a token proves about a call.
        if (token === 'right' || call.getAuthContext().sslPeerCertificate !== undefined) {
          connections.authenticated(connection);
        }
        if (token === 'right' || isOpen) return goOn(metadata);
        const fault = refusal(method, token === 'missing', clientSubject(connection.remoteAddress ?? ''));
        // While tokens are changed, a standby with another token than its leader's must not keep a caller from the
        // leader.
        call.sendStatus(isServing() ? statusOfFault(fault) : standbyStatus());
      })
      .build();
    return new ServerInterceptingCall(call, new ResponderBuilder().withStart((start) => start(listener)).build());
  };
}
