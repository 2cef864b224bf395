import { createHash, timingSafeEqual } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import type { AdminPort, FindAdminToken, ValidAdminToken } from '#contracts/admin.ts';
import { DeleteRequestSchema, GetRequestSchema } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import type { ErrorCode } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { type Clock, systemClock } from '#kernel/clock.ts';
import type { Registry } from '#registry/registry.ts';
import { answerEmpty, answerJson } from '../http/answer.ts';
import type { Exchange, Handler } from '../http/exchange.ts';
import { parseJsonObject } from '../http/parse-json-object.ts';
import { type BodyLimits, readBody } from '../http/read-body.ts';
import type { ClientAddress } from '../rate-limits/client-address.ts';
import type { Guesses } from '../rate-limits/guesses.ts';
import type { Route } from '../route.ts';
import { createOpenerOfKey, type OpenerOfKey } from './key-opener.ts';
import { gatewayItself, isByTls, type Opener, openSession } from './open-session.ts';
import { isOfConsole, sessionCookie, sessionTokenIn } from './session-cookie.ts';

const noStore = { 'cache-control': 'no-store' };

/** A code or a token has some hundred characters at most. Nobody is known yet who might make the gateway hold more. */
const SIGN_IN_BODY_MAX_BYTES = 4_096;

/** What ending a code is refused with where somebody else has used it meanwhile. */
const comesTooLate: ReadonlySet<ErrorCode> = new Set(['precondition_failed', 'not_found', 'conflict']);

export interface SessionParts {
  readonly admin: Pick<AdminPort, 'create' | 'get' | 'delete'>;
  readonly adminToken: string;
  readonly registry: Pick<Registry, 'all' | 'get' | 'watch' | 'settings'>;
  readonly keyPepper: string;
  readonly findAdminToken: FindAdminToken;
  readonly addressOf: ClientAddress;
  readonly guesses: Guesses;
  readonly limits: BodyLimits;
  readonly clock?: Clock | undefined;
}

/**
 * `/console/session`: a browser's session is an admin token of its own, which the browser keeps in a cookie that no script reads.
 * So it is in the log, its actions are in the audit log under its id, and it ends like any token: by its time, by signing out,
 * with the token that it was opened with, or when an owner revokes it.
 */
export function sessionRoutes(parts: SessionParts): readonly Route[] {
  const { admin, findAdminToken, addressOf, limits, clock = systemClock } = parts;
  const gateways = (exchange: Exchange) => gatewayItself(exchange, addressOf);
  const ofKey = createOpenerOfKey({ ...parts, clock });

  /**
   * Ends a code of which there is one use. It is ended at the version at which it was unused: of several uses at once, at any
   * ingresses, one is the first, and the others come too late.
   */
  async function use(exchange: Exchange, code: ValidAdminToken): Promise<Opener> {
    const caller = gateways(exchange);
    try {
      const { version = 0n, resource } = await admin.get(
        create(GetRequestSchema, { kind: 'token', id: code.id }),
        caller,
      );
      const found = resource?.resource;
      if (found?.case !== 'token' || found.value.status !== 'active') throw wrong(parts, exchange);
      await admin.delete(create(DeleteRequestSchema, { kind: 'token', id: code.id, expectedVersion: version }), caller);
    } catch (thrown) {
      throw thrown instanceof Fault && comesTooLate.has(thrown.code) ? wrong(parts, exchange) : thrown;
    }
    return { openedBy: code.openedBy || 'bootstrap', role: code.role, userId: code.userId };
  }

  const signIn: Handler = async (exchange) => {
    // Else another site's page could sign a browser in as somebody it knows, and see what is done as them.
    if (!isOfConsole(exchange.request.headers)) {
      throw new Fault({
        code: 'forbidden',
        message: "Signing in is for the console's own page: x-gateway-console: 1.",
      });
    }
    const body = await readBody(exchange, { ...limits, bodyMaxBytes: SIGN_IN_BODY_MAX_BYTES });
    const opener = await openerOf(parts, exchange, parseJsonObject(body), { use, ofKey });
    const { session, cookie } = await openSession({ ...parts, clock }, opener, {
      caller: gateways(exchange),
      isSecure: isByTls(exchange),
    });
    answerJson(exchange, 201, sessionDocument(session), { ...noStore, 'set-cookie': cookie });
  };

  const current = (exchange: Exchange): ValidAdminToken => {
    const session = findAdminToken(sessionTokenIn(exchange.request.headers, isByTls(exchange)), 'session');
    if (session === undefined) throw new Fault({ code: 'invalid_admin_token', message: 'Nobody is signed in.' });
    return session;
  };

  const show: Handler = (exchange) => answerJson(exchange, 200, sessionDocument(current(exchange)), noStore);

  const signOut: Handler = async (exchange) => {
    const { id } = current(exchange);
    await admin.delete(create(DeleteRequestSchema, { kind: 'token', id }), gateways(exchange));
    answerEmpty(exchange, { ...noStore, 'set-cookie': sessionCookie('', { seconds: 0, isSecure: isByTls(exchange) }) });
  };

  return [{ path: '/console/session', methods: { GET: show, POST: signIn, DELETE: signOut } }];
}

/** By a code, once, by a token, or by an API key. Wrong ones count as guesses. */
async function openerOf(
  parts: SessionParts,
  exchange: Exchange,
  body: Readonly<Record<string, unknown>>,
  {
    use,
    ofKey,
  }: { readonly use: (exchange: Exchange, code: ValidAdminToken) => Promise<Opener>; readonly ofKey: OpenerOfKey },
): Promise<Opener> {
  const { code, token, api_key: apiKey } = body;
  if (typeof code === 'string') {
    const found = parts.findAdminToken(code, 'sign_in');
    if (found === undefined) throw wrong(parts, exchange);
    return use(exchange, found);
  }
  if (typeof apiKey === 'string') return ofKey(exchange, apiKey);
  if (typeof token !== 'string') {
    throw new Fault(invalid("Sign in with a 'code', an admin 'token' or an 'api_key'.", 'token'));
  }
  // Digests have one length, so the comparison takes one time, whatever was sent.
  if (timingSafeEqual(digest(token), digest(parts.adminToken))) return { openedBy: 'bootstrap', role: 'owner' };
  const found = parts.findAdminToken(token);
  if (found === undefined) throw wrong(parts, exchange);
  return { openedBy: found.id, role: found.role, userId: found.userId };
}

function wrong({ guesses }: Pick<SessionParts, 'guesses'>, { request }: Exchange): Fault {
  const retryAfterMs = guesses.adminToken(request);
  if (retryAfterMs > 0) {
    return new Fault({
      code: 'rate_limit_exceeded',
      message: 'Too many wrong admin tokens came from this address.',
      retryAfterMs,
    });
  }
  return new Fault({
    code: 'invalid_admin_token',
    message: 'This sign-in does not hold: it was used, it is too old, or it never was one.',
  });
}

function sessionDocument({ id, role, openedBy, expiresAt, userId }: ValidAdminToken) {
  const user_id = userId || null;
  return { object: 'console_session', id, role, user_id, opened_by: openedBy, expires_at: expiresAt };
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
