import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
import { SignJWT, UnsecuredJWT } from 'jose';
import { type Identified, isRefused } from '#api-keys/identity.ts';
import { JwtIssuerSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { Fault } from '#errors/fault.ts';
import { emptyResource } from '#registry/kinds.ts';
import { createRegistry, type RegistryFold } from '#registry/registry.ts';
import { createLogger } from '#telemetry/logger.ts';
import { type Scope, test } from '#testkit/test.ts';
import { aUser, someSettings, startTestGateway, USER_ID } from '../testing.ts';
import { AUDIENCE, startTestIssuer, type TestIssuer } from './testing.ts';
import type { Guess } from './token-problem.ts';
import { createTokens, isTokenShaped } from './tokens.ts';

const MINUTE_S = 60;

type Told = { readonly audience?: string; readonly userClaim?: string; readonly teamClaim?: string };

const issuerOf = ({ url }: TestIssuer, told: Told = {}) =>
  create(JwtIssuerSchema, { issuer: url, audience: AUDIENCE, ...told });

async function given(context: Scope) {
  const issuer = await startTestIssuer();
  context.defer(() => issuer[Symbol.asyncDispose]());
  const registry = createRegistry();
  registry.load({ case: 'user', value: aUser() });
  trust(registry, issuer);
  const state = { offsetMs: 0 };
  const tokens = createTokens({
    registry,
    clock: () => Date.now() + state.offsetMs,
    logger: createLogger({ level: 'silent', service: 'ingress' }),
    keysMinAgeMs: 0,
  });
  return { issuer, registry, state, outcomeOf: async (token: string) => outcome(await tokens.identify(token)), tokens };
}

function trust(registry: RegistryFold, issuer: TestIssuer, told: Told = {}): void {
  registry.load({ case: 'settings', value: someSettings({ jwtIssuers: [issuerOf(issuer, told)] }) });
}

/** The user's id; why it is refused; and whether that was a guess. */
function outcome(found: Identified | Guess): string {
  if ('guess' in found) return `guess: ${found.guess.message}`;
  if (isRefused(found)) return `refused: ${found.message}`;
  return `${found.userId}, key '${found.keyId}'${found.team === undefined ? '' : `, for ${found.team.id}`}`;
}

const GOOD = `${USER_ID}, key ''`;
const nowS = (): number => Math.floor(Date.now() / 1_000);

test('a token of a trusted issuer is its user, by every algorithm that is taken, and the issuer is asked once', async (context) => {
  const { issuer, outcomeOf } = await given(context);
  const tokens = [];
  for (const alg of ['RS256', 'PS256', 'ES256', 'EdDSA']) tokens.push(await issuer.token({ sub: USER_ID }, { alg }));
  for (const token of [...tokens, ...tokens]) assert.equal(await outcomeOf(token), GOOD);
  assert.deepEqual(issuer.asked, ['/.well-known/openid-configuration', '/keys']);
});

test('a token that was verified is known in memory; whether its user may call is looked up each time', async (context) => {
  const { issuer, registry, tokens, outcomeOf } = await given(context);
  const token = await issuer.token({ sub: USER_ID });
  await tokens.identify(token);
  assert.ok(!(tokens.identify(token) instanceof Promise));
  registry.load({ case: 'user', value: aUser({ status: 'suspended' }) });
  assert.match(await outcomeOf(token), /^refused: The user is suspended/);
  registry.load({ case: 'user', value: aUser({ status: 'deleted' }) });
  assert.match(await outcomeOf(token), /^refused: The token's claim 'sub' does not hold the id of a user/);
  registry.load({ case: 'user', value: aUser() });
  registry.load({ case: 'settings', value: someSettings({ jwtIssuers: [] }) });
  assert.match(await outcomeOf(token), /^guess: The token is of an issuer that is not known/);
});

test('another claim may hold the user, and one that does not is named', async (context) => {
  const { issuer, registry, outcomeOf } = await given(context);
  trust(registry, issuer, { userClaim: 'gateway_user' });
  assert.equal(await outcomeOf(await issuer.token({ sub: 'x', gateway_user: USER_ID })), GOOD);
  for (const claims of [{ sub: USER_ID }, { gateway_user: 'nobody' }, { gateway_user: 7 }]) {
    const answer = await outcomeOf(await issuer.token(claims));
    assert.match(answer, /^refused: The token's claim 'gateway_user' does not hold the id of a user/);
  }
});

test('a claim that holds a team has to name the own team of a user, or one that there is for a user in none', async (context) => {
  const { issuer, registry, outcomeOf } = await given(context);
  const told = async (claims: object) => outcomeOf(await issuer.token({ sub: USER_ID, ...claims }));
  assert.equal(await told({ team: 'nobody looks' }), GOOD);
  trust(registry, issuer, { teamClaim: 'team' });
  const unknown = /^refused: The token's claim 'team' does not hold the id of a team of this gateway/;
  for (const claims of [{}, { team: '' }, { team: 7 }, { team: ['t'] }, { team: 't' }]) {
    assert.match(await told(claims), unknown);
  }
  for (const id of ['t', 'other']) registry.load({ case: 'team', value: emptyResource('team', id) });
  assert.equal(await told({ team: 't' }), `${GOOD}, for t`);
  registry.load({ case: 'user', value: aUser({ teamId: 't' }) });
  assert.equal(await told({ team: 't' }), `${GOOD}, for t`);
  assert.match(await told({ team: 'other' }), /^refused: The token's claim 'team' names another team than/);
  assert.match(await told({ team: 'nowhere' }), /^refused: The token's claim 'team' names another team than/);
  assert.match(await told({}), unknown);
  assert.match(await told({ sub: 'nobody', team: 't' }), /^refused: The token's claim 'sub' does not hold/);
  // The token is known by now, and what it names is looked up each time.
  registry.load({ case: 'team', value: { ...emptyResource('team', 't'), status: 'suspended' } });
  assert.match(await told({ team: 't' }), /^refused: The user's team is suspended/);
});

test('over HTTP quota is told the team that a token names, and asked for that team’s money', async (context) => {
  const issuer = await startTestIssuer();
  context.defer(() => issuer[Symbol.asyncDispose]());
  const asked: unknown[] = [];
  await using gateway = await startTestGateway({
    async balances(userIds, teamIds) {
      asked.push([userIds, teamIds]);
      return [{ userId: USER_ID, creditedNanoUsd: 1n, chargedNanoUsd: 0n, heldNanoUsd: 0n, availableNanoUsd: 1n }];
    },
  });
  trust(gateway.registry, issuer, { teamClaim: 'team' });
  gateway.registry.load({ case: 'team', value: emptyResource('team', 't') });
  const authorization = `Bearer ${await issuer.token({ sub: USER_ID, team: 't' })}`;
  const content = 'x'.repeat(100_000);
  const answer = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-test', messages: [{ role: 'user', content }] }),
  });
  assert.equal(answer.status, 200);
  assert.partialDeepStrictEqual(gateway.admitted, [{ userId: USER_ID, keyId: '', teamId: 't' }]);
  assert.equal((await fetch(`${gateway.url}/v1/usage`, { headers: { authorization } })).status, 200);
  assert.deepEqual(asked, [
    [[USER_ID], ['t']],
    [[USER_ID], ['t']],
  ]);
});

test('a token is refused outside of its time, with a minute of grace, and for another audience', async (context) => {
  const { issuer, registry, state, outcomeOf } = await given(context);
  const told = async (claims: object) => outcomeOf(await issuer.token({ sub: USER_ID, ...claims }));
  assert.equal(await told({ exp: nowS() - MINUTE_S + 5 }), GOOD);
  assert.match(await told({ exp: nowS() - MINUTE_S - 5 }), /^refused: The token has expired/);
  assert.equal(await told({ nbf: nowS() + MINUTE_S - 5 }), GOOD);
  assert.match(await told({ nbf: nowS() + MINUTE_S + 5 }), /^refused: The token is not valid yet/);
  assert.match(await told({ exp: undefined }), /^refused: The token has no end/);
  assert.match(await told({ aud: 'another' }), /^refused: The token is for another audience/);
  assert.match(await told({ aud: undefined }), /^refused: The token is for another audience/);
  assert.equal(await told({ aud: ['another', AUDIENCE] }), GOOD);
  // Kept no longer than it lasts.
  const token = await issuer.token({ sub: USER_ID, exp: nowS() + 30 });
  assert.equal(await outcomeOf(token), GOOD);
  state.offsetMs = (30 + MINUTE_S + 5) * 1_000;
  assert.match(await outcomeOf(token), /^refused: The token has expired/);
  state.offsetMs = 0;
  trust(registry, issuer, { audience: 'another' });
  assert.match(await outcomeOf(token), /^refused: The token is for another audience/);
});

test('what the issuer did not sign is a guess: no signature, the public key as a secret, a key of somebody else', async (context) => {
  const { issuer, outcomeOf } = await given(context);
  const claims = { iss: issuer.url, aud: AUDIENCE, sub: USER_ID, exp: nowS() + 600 };
  const unsecured = new UnsecuredJWT(claims).encode();
  assert.match(await outcomeOf(unsecured), /^guess: /);
  const publicKey = new TextEncoder().encode(await issuer.publicKeyText());
  const shared = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'RS256-0' }).sign(publicKey);
  assert.match(await outcomeOf(shared), /^guess: The token is signed by an algorithm that is not taken/);
  const other = await startTestIssuer();
  context.defer(() => other[Symbol.asyncDispose]());
  const forged = await other.token(claims);
  assert.match(await outcomeOf(forged), /^guess: The token is not signed by a key of its issuer/);
  assert.match(await outcomeOf(await other.token({ sub: USER_ID })), /^guess: .*issuer that is not known/);
  const good = await issuer.token({ sub: USER_ID });
  const [head, , signature] = good.split('.');
  const changed = Buffer.from(JSON.stringify({ ...claims, sub: 'somebody' })).toString('base64url');
  assert.match(await outcomeOf(`${head}.${changed}.${signature}`), /^guess: The token is not signed/);
  assert.match(await outcomeOf('a.b.c'), /^guess: /);
  for (const alg of ['ES384', 'RS512']) {
    assert.match(await outcomeOf(await issuer.token({ sub: USER_ID }, { alg })), /^guess: .*algorithm/);
  }
});

test('after a rotation of the keys new tokens are good, and old ones are not once they have to be verified anew', async (context) => {
  const { issuer, state, outcomeOf } = await given(context);
  const old = await issuer.token({ sub: USER_ID, exp: nowS() + 3_600 });
  assert.equal(await outcomeOf(old), GOOD);
  await issuer.rotate();
  assert.equal(await outcomeOf(await issuer.token({ sub: USER_ID })), GOOD);
  state.offsetMs = 301_000;
  assert.match(await outcomeOf(old), /^guess: The token is not signed by a key of its issuer/);
});

test('an issuer that cannot be asked is no fault of the token: 503, and asked again when it is back', async (context) => {
  const { issuer, state, outcomeOf } = await given(context);
  const token = await issuer.token({ sub: USER_ID });
  const isAway = async (): Promise<void> =>
    assert.rejects(
      outcomeOf(token),
      (error) => error instanceof Fault && error.code === 'unavailable' && (error.refusal.retryAfterMs ?? 0) > 0,
    );
  await issuer.stop();
  await isAway();
  await issuer.start();
  const askedBefore = issuer.asked.length;
  await isAway();
  assert.equal(issuer.asked.length, askedBefore, 'for a second it is left alone');
  for (const answer of [
    { status: 500, text: '{}' },
    { status: 200, text: 'no JSON' },
    { status: 200, text: '{"issuer":"https://elsewhere.example","jwks_uri":"https://elsewhere.example/keys"}' },
    { status: 200, text: JSON.stringify({ issuer: issuer.url, jwks_uri: 'file:///etc/passwd' }) },
    { status: 200, text: `{"pad":"${'x'.repeat(600_000)}"}` },
  ]) {
    issuer.answerWith((_request, response) => response.writeHead(answer.status).end(answer.text));
    state.offsetMs += 1_500;
    await isAway();
  }
  issuer.answerWith((_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end());
  state.offsetMs += 1_500;
  await isAway();
  issuer.answerWith(undefined);
  state.offsetMs += 1_500;
  assert.equal(await outcomeOf(token), GOOD);
});

test('a made-up token makes the gateway ask for keys no more often than it may', async (context) => {
  const issuer = await startTestIssuer();
  context.defer(() => issuer[Symbol.asyncDispose]());
  const registry = createRegistry();
  trust(registry, issuer);
  const logger = createLogger({ level: 'silent', service: 'ingress' });
  const tokens = createTokens({ registry, clock: Date.now, logger });
  for (let n = 0; n < 10; n += 1) {
    const token = await issuer.token({ sub: USER_ID }, { kid: `made-up-${n}` });
    assert.match(outcome(await tokens.identify(token)), /^guess: /);
  }
  assert.deepEqual(issuer.asked, ['/.well-known/openid-configuration', '/keys']);
});

test('over HTTP a token stands in for a key: with no id of a key, without its rules, and refused as one', async (context) => {
  const issuer = await startTestIssuer();
  context.defer(() => issuer[Symbol.asyncDispose]());
  await using gateway = await startTestGateway();
  const token = await issuer.token({ sub: USER_ID });
  const ask = (secret: string, path = '/v1/models') =>
    fetch(`${gateway.url}${path}`, { headers: { authorization: `Bearer ${secret}` } });
  assert.equal((await ask(token)).status, 401, 'the issuer is not trusted yet');
  trust(gateway.registry, issuer);
  assert.equal((await ask(token)).status, 200);
  const answer = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-test', messages: [{ role: 'user', content: 'hi' }] }),
  });
  assert.equal(answer.status, 200);
  assert.partialDeepStrictEqual(gateway.admitted, [{ userId: USER_ID, keyId: '' }]);
  const expired = await ask(await issuer.token({ sub: USER_ID, exp: nowS() - 600 }));
  assert.equal(expired.status, 401);
  assert.match(await expired.text(), /"code":"invalid_api_key"/);
  await issuer.stop();
  trust(gateway.registry, { ...issuer, url: `${issuer.url}/elsewhere` });
  const away = await ask(await issuer.token({ iss: `${issuer.url}/elsewhere`, sub: USER_ID }));
  assert.equal(away.status, 503);
  assert.ok(Number(away.headers.get('retry-after')) >= 1);
  assert.ok(!JSON.stringify(gateway.lines).includes(token), 'no token is logged');
});

test('a token is told from a key by its shape', () => {
  for (const text of ['a.b.c', 'a.b.']) assert.ok(isTokenShaped(text), text);
  for (const text of ['', 'a.b', 'a.b.c.d', 'a..c', `ak_${'x'.repeat(64)}`, `a.b.${'c'.repeat(9_000)}`]) {
    assert.ok(!isTokenShaped(text), text);
  }
});
