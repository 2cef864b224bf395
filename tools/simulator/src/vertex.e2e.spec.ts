import assert from 'node:assert/strict';
import { AnthropicVertex } from '@anthropic-ai/vertex-sdk';
import { GoogleGenAI } from '@google/genai';
import { OAuth2Client } from 'google-auth-library';
import { importPKCS8, SignJWT } from 'jose';
import { test } from '#testkit/test.ts';
import { meteredFor, post, scripted, simulatorFor } from './testing.ts';

const claude = 'claude-sonnet-4-5@20250929';
const project = '/v1/projects/p/locations/us-east5';
const invoked = {
  anthropic_version: 'vertex-2023-10-16',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'Hi' }],
};
const scope = 'https://www.googleapis.com/auth/cloud-platform';

interface AccountFile {
  readonly private_key: string;
  readonly client_email: string;
  readonly token_uri: string;
}

async function accountAt(url: string): Promise<AccountFile> {
  return (await (await fetch(`${url}/simulator/google/service-account`)).json()) as AccountFile;
}

/** Asks for a token with an assertion that a library has signed. */
async function tokenFor(account: AccountFile, change: Record<string, unknown> = {}, privateKey?: string) {
  const nowS = Math.floor(Date.now() / 1000);
  const claims = { iss: account.client_email, aud: account.token_uri, scope, iat: nowS, exp: nowS + 3_600, ...change };
  const assertion = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
    .sign(await importPKCS8(privateKey ?? account.private_key, 'RS256'));
  const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
  const answer = await fetch(account.token_uri, {
    method: 'POST',
    body: new URLSearchParams({ grant_type, assertion }),
  });
  return { status: answer.status, document: (await answer.json()) as Record<string, unknown> };
}

test("Anthropic's client for Vertex gets answers, whole and streamed, with the fields of a beta", async (context) => {
  const url = await simulatorFor(context);
  const authClient = new OAuth2Client({ credentials: { access_token: 'any' } });
  const client = new AnthropicVertex({ baseURL: `${url}/v1`, projectId: 'p', region: 'us-east5', authClient });
  const { messages } = invoked;
  const whole = await client.messages.create({ model: claude, max_tokens: 100, messages });
  assert.deepEqual(whole.content, [{ type: 'text', text: 'Hello from the simulator! You said: "Hi".' }]);
  const streamed = await client.messages.stream({ model: claude, max_tokens: 100, messages }).finalMessage();
  assert.deepEqual(streamed.content, whole.content);
  assert.deepEqual(streamed.usage.output_tokens, whole.usage.output_tokens);
  const beta = { betas: ['context-management-2025-06-27'], context_management: { edits: [] } };
  assert.equal(
    (await client.beta.messages.create({ model: claude, max_tokens: 9, messages, ...beta })).role,
    'assistant',
  );
});

test('Gemini and its vectors are at Vertex, too, and open models speak chat', async (context) => {
  const url = await simulatorFor(context);
  const client = new GoogleGenAI({
    vertexai: true,
    apiKey: 'any',
    httpOptions: { baseUrl: url, apiVersion: 'v1' },
  });
  const answer = await client.models.generateContent({ model: 'gemini-2.5-flash', contents: 'Hi' });
  assert.equal(answer.text, 'Hello from the simulator! You said: "Hi".');
  const gemini = `${project}/publishers/google/models/gemini-2.5-flash`;
  const body = { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] };
  assert.match(
    await (await post(url, `${gemini}:streamGenerateContent?alt=sse`, body)).text(),
    /"finishReason":"STOP"/,
  );
  const open = `${project}/endpoints/openapi/chat/completions`;
  const asked = { model: 'meta/llama-4-maverick-17b-128e-instruct-maas', messages: invoked.messages };
  assert.equal((await post(url, open, asked)).status, 200);
  const refused = await post(url, open, { ...asked, messages: [] });
  const [{ error }] = (await refused.json()) as [{ readonly error: { code: number; status: string } }];
  assert.deepEqual([error.code, error.status], [400, 'INVALID_ARGUMENT']);
});

for (const [what, change, words] of [
  ['a model in the body', { model: claude }, /model: Extra inputs are not permitted/],
  [
    "another cloud's version",
    { anthropic_version: 'bedrock-2023-05-31' },
    /anthropic_version: Input should be 'vertex-/,
  ],
  ['a stream of a call that has none', { stream: true }, /streamRawPredict/],
  ['a field of a beta without its name', { context_management: {} }, /context_management: Extra inputs/],
] as const) {
  test(`Claude at Vertex refuses ${what} in Anthropic's form`, async (context) => {
    const url = await simulatorFor(context);
    const path = `${project}/publishers/anthropic/models/${claude}:rawPredict`;
    const answer = await post(url, path, { ...invoked, ...change });
    const { type, error } = (await answer.json()) as { readonly type: string; readonly error: { message: string } };
    assert.deepEqual([answer.status, type], [400, 'error']);
    assert.match(error.message, words);
  });
}

test('once an account was given, Vertex wants its tokens, which end when they are told to', async (context) => {
  const url = await simulatorFor(context);
  const path = `${project}/publishers/anthropic/models/${claude}:rawPredict`;
  const ask = async (token: unknown) => await post(url, path, invoked, { authorization: `Bearer ${token}` });
  assert.equal((await ask('any')).status, 200);
  const account = await accountAt(url);
  const refused = await ask('any');
  assert.equal(refused.status, 401);
  assert.equal(((await refused.json()) as { error: { status: string } }).error.status, 'UNAUTHENTICATED');
  const { document } = await tokenFor(account);
  assert.deepEqual([document['token_type'], document['expires_in']], ['Bearer', 3_599]);
  assert.equal((await ask(document['access_token'])).status, 200);
  assert.deepEqual(await (await fetch(`${url}/simulator/google/tokens`)).json(), { issued: 1 });
  await fetch(`${url}/simulator/script`, { method: 'PUT', body: JSON.stringify({ tokenLifetimeS: 1 }) });
  const short = (await tokenFor(account)).document['access_token'];
  const seen = new Set<number>();
  // However slow the machine is, the token ends at last.
  while (!seen.has(401)) seen.add((await ask(short)).status);
});

test('a wrong assertion gets no token', async (context) => {
  const url = await simulatorFor(context);
  const account = await accountAt(url);
  const other = await accountAt(await simulatorFor(context));
  const nowS = Math.floor(Date.now() / 1000);
  for (const [change, error, key] of [
    [{}, 'Invalid JWT Signature.', other.private_key],
    [{ iss: 'nobody@example.com' }, 'Invalid grant: account not found'],
    [{ aud: 'https://example.com' }, 'Invalid JWT: Failed audience check.'],
    [{ exp: nowS + 7_200 }, /short-lived token/],
    [{ iat: nowS - 7_200, exp: nowS - 3_600 }, /short-lived token/],
    [{ scope: 'openid' }, /Invalid OAuth scope/],
  ] as const) {
    const { status, document } = await tokenFor(account, change, key);
    assert.equal(status, 400);
    const words = String(document['error_description']);
    if (typeof error === 'string') assert.equal(words, error);
    else assert.match(words, error);
  }
  await fetch(`${url}/simulator/script`, { method: 'PUT', body: JSON.stringify({ tokenStatus: 503 }) });
  assert.equal((await tokenFor(account)).status, 503);
});

test("Google's client gets vectors, and usage unless it is left out", async (context) => {
  const url = await simulatorFor(context);
  const client = new GoogleGenAI({ apiKey: 'any', httpOptions: { baseUrl: url } });
  const { embeddings } = await client.models.embedContent({
    model: 'gemini-embedding-001',
    contents: ['Hi', 'Ho'],
    config: { outputDimensionality: 8, taskType: 'RETRIEVAL_QUERY' },
  });
  assert.deepEqual(
    embeddings?.map(({ values }) => values?.length),
    [8, 8],
  );
  const single = '/v1beta/models/gemini-embedding-001:embedContent';
  const body = (text: string) => ({ content: { parts: [{ text }] }, output_dimensionality: 4 });
  const answer = (await (await post(url, single, body('12345678'), { 'x-request-id': 'told' })).json()) as {
    readonly embedding: { readonly values: readonly number[] };
    readonly usageMetadata: { readonly promptTokenCount: number };
  };
  assert.deepEqual([answer.embedding.values.length, answer.usageMetadata.promptTokenCount], [4, 2]);
  const { format, usage, status } = await meteredFor(url, 'told');
  assert.deepEqual([format, usage, status], ['gemini-embeddings', { input: 2 }, 'completed']);
  const silent = await post(url, single, body(scripted({ omitUsage: true })));
  assert.equal(((await silent.json()) as { usageMetadata?: unknown }).usageMetadata, undefined);
});

const content = { parts: [{ text: 'Hi' }] };
for (const [what, method, body] of [
  ['no parts', 'embedContent', { content: { parts: [] } }],
  ['a batch in a single call', 'embedContent', { requests: [{ content }] }],
  ['a task that nobody knows', 'embedContent', { content, taskType: 'GUESSING' }],
  ['a title of a query', 'embedContent', { content, title: 'T', taskType: 'RETRIEVAL_QUERY' }],
  ['requests without a model', 'batchEmbedContents', { requests: [{ content }] }],
  ['requests for another model', 'batchEmbedContents', { requests: [{ content, model: 'models/other' }] }],
  ['too many requests', 'batchEmbedContents', { requests: Array(101).fill({ content, model: 'models/m' }) }],
] as const) {
  test(`${method} refuses ${what}`, async (context) => {
    const url = await simulatorFor(context);
    const answer = await post(url, `/v1beta/models/m:${method}`, body);
    assert.equal(answer.status, 400);
    assert.equal(((await answer.json()) as { error: { status: string } }).error.status, 'INVALID_ARGUMENT');
  });
}
