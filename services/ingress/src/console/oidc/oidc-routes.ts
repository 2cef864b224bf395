import { timingSafeEqual } from 'node:crypto';
import type { JWTPayload } from 'jose';
import type { AdminCaller, AdminPort } from '#contracts/admin.ts';
import { Fault } from '#errors/fault.ts';
import { type Clock, systemClock } from '#kernel/clock.ts';
import type { Registry } from '#registry/registry.ts';
import type { Logger } from '#telemetry/logger.ts';
import { type AskIssuer, createAskIssuer } from '../../access/issuer.ts';
import type { ReadClientSecret } from '../../adapters/client-secrets.ts';
import { answerJson, answerRedirect } from '../../http/answer.ts';
import { type Exchange, type Handler, queryOf } from '../../http/exchange.ts';
import type { ClientAddress } from '../../rate-limits/client-address.ts';
import type { Route } from '../../route.ts';
import { gatewayItself, isByTls, type Opener, openSession } from '../open-session.ts';
import { type HolderProblem, userOfPerson } from './holder-person.ts';
import { authorizationUrl, exchangeCode, newState, SignInRefused, verifyIdToken } from './oidc-client.ts';
import { type ConsoleOidc, openerOf } from './person.ts';
import { openState, type SignInState, sealedStateIn, sealState, stateCookie } from './sign-in-state.ts';

/** The identity provider is asked three times at most (discovery, token, keys), for 3 s each. */
const SIGN_IN_TIMEOUT_MS = 12_000;

/** What a provider's codes are not longer than; what is longer is not sent to it. */
const CODE_MAX_CHARACTERS = 4_096;

export interface OidcParts {
  readonly admin: Pick<AdminPort, 'create' | 'delete' | 'list' | 'update'>;
  readonly registry: Pick<Registry, 'all' | 'settings'>;
  readonly readClientSecret: ReadClientSecret;
  readonly keyPepper: string;
  readonly addressOf: ClientAddress;
  readonly logger: Logger;
  readonly clock?: Clock | undefined;
}

/** Why nobody is signed in, as the console's page is told. */
type Problem = 'off' | 'away' | 'refused' | 'expired' | 'no_role' | 'wrong_domain' | HolderProblem;

/**
 * Signing in at the console with an identity provider (authorization code with PKCE). `/console/oidc/start` sends the browser there,
 * `/console/oidc/callback` takes it back and opens a session. Whom it refuses it sends to the sign-in page, which says why.
 */
export function oidcRoutes(parts: OidcParts): readonly Route[] {
  const { registry, keyPepper, clock = systemClock } = parts;
  const ask = createAskCurrent(clock);

  const show: Handler = (exchange) => {
    const settings = registry.settings().consoleOidc;
    const oidc = settings === undefined ? null : { name: settings.name || new URL(settings.issuer).host };
    answerJson(exchange, 200, { object: 'console_sign_in', oidc }, { 'cache-control': 'no-store' });
  };

  const start: Handler = (exchange) =>
    orProblem(parts, exchange, async () => {
      const settings = registry.settings().consoleOidc;
      if (settings === undefined) throw new Refused('off');
      const state = newState(settings.issuer, redirectUriOf(settings, exchange));
      const location = authorizationUrl(settings, await ask(settings.issuer), state);
      answerRedirect(exchange, location, [stateCookie(await sealState(state, keyPepper, clock()), isByTls(exchange))]);
    });

  const callback: Handler = (exchange) =>
    orProblem(parts, exchange, async () => {
      const settings = registry.settings().consoleOidc;
      if (settings === undefined) throw new Refused('off');
      const isSecure = isByTls(exchange);
      const sealed = sealedStateIn(exchange.request.headers, isSecure);
      const back = cameBack(queryOf(exchange), await openState(sealed, keyPepper, clock()), settings);
      const issuer = await ask(settings.issuer);
      const secret = await parts.readClientSecret(settings.clientSecretRef);
      const idToken = await exchangeCode(settings, issuer, { ...back, secret });
      const wanted = { clientId: settings.clientId, state: back.state, nowMs: clock() };
      const claims = await verifyIdToken(idToken, issuer, wanted);
      const person = openerOf(claims, settings, keyPepper);
      if ('problem' in person) throw new Refused(person.problem);
      const caller = gatewayItself(exchange, parts.addressOf);
      const opener =
        person.role === 'holder' ? await asHolder(parts, claims, { ...settings, ...person }, caller) : person;
      const { cookie } = await openSession({ ...parts, clock }, opener, { caller, isSecure });
      answerRedirect(exchange, '/console/', [cookie, stateCookie('', isSecure)]);
    });

  return [
    { path: '/console/sign-in-ways', methods: { GET: show } },
    { path: '/console/oidc/start', methods: { GET: start }, answerTimeoutMs: SIGN_IN_TIMEOUT_MS },
    { path: '/console/oidc/callback', query: 'any', methods: { GET: callback }, answerTimeoutMs: SIGN_IN_TIMEOUT_MS },
  ];
}

/** The user that a person is, who signs in as a holder. Rejects with `Refused`. */
async function asHolder(
  { admin }: OidcParts,
  claims: JWTPayload,
  rule: Opener & { readonly team: string; readonly createsUsers: boolean },
  caller: AdminCaller,
): Promise<Opener> {
  const user = await userOfPerson(admin, claims, rule, caller);
  if ('problem' in user) throw new Refused(user.problem);
  return { openedBy: rule.openedBy, role: 'holder', userId: user.userId };
}

class Refused extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem);
    this.problem = problem;
  }
}

/** The code that a browser came back with from the sign-in that it began. Throws `Refused`. */
function cameBack(
  query: URLSearchParams,
  state: SignInState | undefined,
  { issuer }: ConsoleOidc,
): { readonly code: string; readonly state: SignInState } {
  const isOwn = state !== undefined && state.issuer === issuer && isSame(query.get('state') ?? '', state.state);
  if (!isOwn) throw new Refused('expired');
  // RFC 9207: another provider's answer must not be taken for this one's.
  const isFromIssuer = (query.get('iss') ?? issuer) === issuer;
  const code = query.get('code') ?? '';
  const isCode = code !== '' && code.length <= CODE_MAX_CHARACTERS && !query.has('error');
  if (!isFromIssuer || !isCode) throw new Refused('refused');
  return { code, state };
}

/** In a time that says nothing about how much of a guess is right. */
function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** Sends a browser that is refused to the sign-in page. What the log says holds no code, no token and no address of a person. */
async function orProblem({ logger }: OidcParts, exchange: Exchange, signIn: () => Promise<void>): Promise<void> {
  try {
    await signIn();
  } catch (error) {
    if (error instanceof Fault) throw error;
    const problem = problemOf(error);
    logger.warn({ problem, ...causeOf(error) }, 'nobody is signed in at the console');
    const location = `/console/#sign-in-problem=${problem}`;
    answerRedirect(exchange, location, [stateCookie('', isByTls(exchange))]);
  }
}

function problemOf(error: unknown): Problem {
  if (error instanceof Refused) return error.problem;
  return error instanceof SignInRefused ? 'refused' : 'away';
}

function causeOf(error: unknown): { readonly err?: unknown; readonly cause?: string } {
  if (error instanceof Refused) return {};
  return error instanceof SignInRefused ? { cause: error.message } : { err: error };
}

/** Where the identity provider sends the browser back to; it knows the address beforehand, and takes no other. */
function redirectUriOf({ publicUrl }: ConsoleOidc, exchange: Exchange): string {
  const own = `${isByTls(exchange) ? 'https' : 'http'}://${exchange.request.headers.host ?? ''}`;
  return `${(publicUrl === '' ? own : publicUrl).replace(/\/+$/, '')}/console/oidc/callback`;
}

/** Asks the issuer of the settings as they are, and remembers what it said. */
function createAskCurrent(clock: Clock): (issuer: string) => ReturnType<AskIssuer> {
  let current: { readonly issuer: string; readonly ask: AskIssuer } | undefined;
  return (issuer) => {
    if (current?.issuer !== issuer) current = { issuer, ask: createAskIssuer(issuer, { clock }) };
    return current.ask();
  };
}
