import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
import type { AdminPort } from '#contracts/admin.ts';
import { DeleteResponseSchema, GetResponseSchema } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { Fault } from '#errors/fault.ts';
import { emptyResource, wrap } from '#registry/kinds.ts';
import { test } from '#testkit/test.ts';
import { ADMIN_TOKEN, startTestGateway } from '../testing.ts';

const ofConsole = { 'x-gateway-console': '1', 'content-type': 'application/json' };

async function signIn(url: string, body: unknown, headers: Readonly<Record<string, string>> = ofConsole) {
  const response = await fetch(`${url}/console/session`, { method: 'POST', headers, body: JSON.stringify(body) });
  const document = (await response.json()) as { readonly error?: { readonly code: string } };
  return { status: response.status, code: document.error?.code, cookie: response.headers.get('set-cookie') };
}

/** A gateway to whose memory a sign-in code is still good, whatever accounts knows of it. */
function withCode(adminPort: Partial<AdminPort>) {
  return startTestGateway({
    findAdminToken: (text, purpose) =>
      text === 'at_code' && purpose === 'sign_in' ? { id: 'code', role: 'owner' } : undefined,
    adminPort,
  });
}

const codeOf = (status: string, version: bigint) =>
  create(GetResponseSchema, {
    resource: wrap({ case: 'token', value: { ...emptyResource('token', 'code'), purpose: 'sign_in', status } }),
    version,
  });

test('a code that was used elsewhere a moment ago opens no second session, though ending it again succeeds', async () => {
  await using gateway = await withCode({
    get: async () => codeOf('revoked', 2n),
    // Accounts has nothing to do for what has ended, and says so.
    delete: async () => create(DeleteResponseSchema),
  });
  const told = await signIn(gateway.url, { code: 'at_code' });
  assert.deepEqual(told, { status: 401, code: 'invalid_admin_token', cookie: null });
});

test('a code that cannot be ended now is not told of as wrong, opens nothing, and is no guess', async () => {
  await using gateway = await withCode({
    get: async () => codeOf('active', 1n),
    delete: async () => {
      throw new Fault({ code: 'unavailable', message: 'The leader changes.' });
    },
  });
  for (let time = 0; time < 30; time += 1) {
    const told = await signIn(gateway.url, { code: 'at_code' });
    assert.deepEqual(told, { status: 503, code: 'unavailable', cookie: null });
  }
});

test("another site's page signs no browser in, as whom it knows or at all", async () => {
  await using gateway = await startTestGateway();
  const token = { token: ADMIN_TOKEN };
  for (const headers of [
    { 'content-type': 'text/plain' },
    { ...ofConsole, 'sec-fetch-site': 'cross-site' },
    { ...ofConsole, 'sec-fetch-site': 'same-site' },
    { ...ofConsole, 'sec-fetch-site': 'none' },
  ]) {
    const told = await signIn(gateway.url, token, headers);
    assert.deepEqual(told, { status: 403, code: 'forbidden', cookie: null }, JSON.stringify(headers));
  }
  assert.equal((await signIn(gateway.url, token)).status, 201);
});

test('nobody who has yet to sign in makes the gateway hold more than a token is long', async () => {
  await using gateway = await startTestGateway();
  const told = await signIn(gateway.url, { token: 'x'.repeat(5_000) });
  assert.deepEqual([told.status, told.code], [413, 'body_too_large']);
});
