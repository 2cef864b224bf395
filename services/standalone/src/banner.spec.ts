import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { type BannerFacts, banner } from './banner.ts';

const facts: BannerFacts = {
  url: 'http://127.0.0.1:8080',
  grpcAddress: '127.0.0.1:8081',
  dataDir: "/home/ada's/data",
  linkedDir: undefined,
  secretsFile: "/home/ada's/data/secrets.json",
  adminToken: 'at_token',
  isAdminTokenGiven: false,
  demo: { kind: 'ready', key: 'ak_demo' },
  providers: ['simulator-openai'],
  model: 'gpt-4o-mini',
  startMs: 1_000,
  isTerminal: true,
  signInCode: 'at_code',
};

test('in a terminal a person finds the token, the demo key and a line that works as pasted', () => {
  const text = banner(facts);
  assert.match(text, /admin token {2}at_token/);
  assert.match(text, /console {6}http:\/\/127.0.0.1:8080\/console\/#sign-in=at_code/);
  assert.match(text, /curl .* -H "Authorization: Bearer ak_demo"/);
});

test('a database that is only linked from the data directory is named, since a backup of the directory misses it', () => {
  assert.match(banner(facts), /^ {2}data {9}\/home\/ada's\/data$/m);
  const text = banner({ ...facts, linkedDir: '/var/lib/ai-api-gateway/postgres-1' });
  assert.match(text, /^ {2}data .*\/data, and the database in \/var\/lib\/ai-api-gateway\/postgres-1$/m);
});

test('elsewhere no secret is printed, and the line to paste reads it from where it is kept', () => {
  const text = banner({ ...facts, isTerminal: false, signInCode: '' });
  assert.doesNotMatch(text, /at_token|ak_demo|at_code/);
  assert.ok(text.includes(`'/home/ada'\\''s/data/secrets.json')"`), text);
});

test('without a demo key it says why, and how to make a key', () => {
  const off = { kind: 'off', reason: 'real providers are configured' } as const;
  for (const demo of [{ kind: 'revoked' } as const, { ...off, revokedKeys: 1 }, { ...off, revokedKeys: 0 }]) {
    const text = banner({ ...facts, demo });
    assert.match(text, /demo key {5}(none|revoked): \w/);
    assert.match(text, /\/admin\/api-keys\//);
  }
});

test('a token from the settings is printed nowhere', () => {
  for (const isTerminal of [true, false]) {
    const text = banner({ ...facts, isTerminal, isAdminTokenGiven: true, demo: { kind: 'revoked' } });
    assert.doesNotMatch(text, /at_token|adminToken/);
  }
});
