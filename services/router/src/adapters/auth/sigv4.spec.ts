import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { type SignedRequest, signatureHeaders } from './sigv4.ts';

const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

function signed(request: Partial<SignedRequest>, options: { sessionToken?: string } = {}): readonly string[] {
  const plain: SignedRequest = {
    method: 'GET',
    host: 'example.amazonaws.com',
    path: '/',
    headers: [],
    body: Buffer.alloc(0),
  };
  const scope = { region: 'us-east-1', service: 'service', atMs: Date.parse('2015-08-30T12:36:00Z') };
  return signatureHeaders({ ...plain, ...request }, { ...keys, sessionToken: '', ...options }, scope);
}

function signatureOf(headers: readonly string[]): string {
  return /Signature=([0-9a-f]{64})$/.exec(headers.at(-1) ?? '')?.[1] ?? '';
}

// Of AWS' own suite (aws-sig-v4-test-suite).
const suite: readonly (readonly [name: string, request: Partial<SignedRequest>, signature: string])[] = [
  ['get-vanilla', {}, '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  ['post-vanilla', { method: 'POST' }, '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  [
    'get-vanilla-query-order-key-case',
    { path: '/?Param2=value2&Param1=value1' },
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
  [
    'get-vanilla-empty-query-key',
    { path: '/?Param1=value1' },
    'a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb',
  ],
  ['get-utf8', { path: '/ሴ' }, '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85'],
  ['get-slashes', { path: '//example//' }, '9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84'],
  [
    'post-x-www-form-urlencoded',
    {
      method: 'POST',
      headers: ['content-type', 'application/x-www-form-urlencoded'],
      body: Buffer.from('Param1=value1'),
    },
    'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  ],
];

test("requests of AWS' own suite have its signatures", () => {
  for (const [name, request, signature] of suite) assert.equal(signatureOf(signed(request)), signature, name);
});

// Computed with AWS' own @smithy/signature-v4: ids of models are encoded in the path, and once more where it is signed.
const bedrock: readonly (readonly [
  region: string,
  path: string,
  request: Partial<SignedRequest>,
  signature: string,
])[] = [
  [
    'us-east-1',
    '/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse',
    { body: Buffer.from('{"messages":[]}') },
    '7154835f94e47379b2118d2a82ec666281576cfc9b1ceb88d55c16dd957c507e',
  ],
  [
    'us-west-2',
    "/x//a*b(c)'d/?b=2&a=3&a=1&c=x%20y%2Fz",
    { method: 'GET', host: 'bedrock-runtime.us-west-2.amazonaws.com:8443' },
    '6a45be1d5bd69b28cc32a61fbb3a9aa840aba0bcceca472b7313c4a4aced6c5c',
  ],
];

const json = ['content-type', 'application/json'];

test("requests of Bedrock have the signatures of AWS' own client", () => {
  const atMs = Date.parse('2026-11-28T12:00:00Z');
  for (const [region, path, request, signature] of bedrock) {
    const host = `bedrock-runtime.${region}.amazonaws.com`;
    const plain: SignedRequest = { method: 'POST', host, path, headers: json, body: Buffer.alloc(0) };
    const scope = { region, service: 'bedrock', atMs };
    assert.equal(
      signatureOf(signatureHeaders({ ...plain, ...request }, { ...keys, sessionToken: '' }, scope)),
      signature,
    );
  }
});

test("the token of a session is sent and signed, and so are headers of AWS' own; others are not", () => {
  const host = 'bedrock-runtime.eu-central-1.amazonaws.com';
  const arn = 'arn%3Aaws%3Abedrock%3Aeu-central-1%3A123456789012%3Aapplication-inference-profile%2Fabc123';
  const headers = signatureHeaders(
    {
      method: 'POST',
      host,
      path: `/model/${arn}/invoke-with-response-stream`,
      headers: [...json, 'x-request-id', 'r', 'x-amzn-bedrock-guardrailidentifier', 'g1'],
      body: Buffer.from('{"a":"ü"}'),
    },
    { ...keys, sessionToken: 'AQoDYXdzEPT//////////wEXAMPLE==' },
    { region: 'eu-central-1', service: 'bedrock', atMs: Date.parse('2026-11-28T12:00:00Z') },
  );
  assert.ok(headers.includes('x-amz-security-token'));
  assert.match(
    headers.at(-1) ?? '',
    /SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amzn-bedrock-guardrailidentifier,/,
  );
  assert.equal(signatureOf(headers), 'e6dd045aeaabec0eefc7ff7dac1dbee16e14d57700ca16b9bbab45b0aa5d5248');
});
