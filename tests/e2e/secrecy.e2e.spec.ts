import assert from 'node:assert/strict';
import { afterAll, beforeAll, test } from '#testkit/test.ts';
import type { UserDocument } from './support/admin-api.ts';
import { install } from './support/install.ts';
import { openLogReader } from './support/log-reader.ts';

const installation = await install({ environment: { GATEWAY_LOG_LEVEL: 'trace' } });
const log = await openLogReader(installation);
afterAll(async () => {
  await log[Symbol.asyncDispose]();
  await installation[Symbol.asyncDispose]();
});

/** What must be found nowhere, with a name for each. */
const secrets = new Map([
  ['the person’s name', 'Radia-Perlman-7f3a'],
  ['the person’s e-mail', 'radia-7f3a@spanning.example'],
  ['the prompt', 'prompt-about-a-7f3a-merger'],
  ['the completion', 'completion-of-7f3a-terms'],
  ['the provider’s key', 'provider-key-of-the-tests'],
]);
let metrics = '';

beforeAll(async () => {
  const created = await installation.admin.call<UserDocument>('POST', '/admin/users/', {
    body: { name: secrets.get('the person’s name'), email: secrets.get('the person’s e-mail') },
  });
  assert.equal(created.status, 201);
  const { apiKey, client } = await installation.customer();
  const prompt = secrets.get('the prompt') ?? '';
  const script = JSON.stringify({ text: `${secrets.get('the completion')} follows` });
  for (const model of ['gpt-4o-mini', 'claude-haiku-4-5']) {
    const messages = [{ role: 'user' as const, content: `[[simulator ${script}]] ${prompt}` }];
    await client.chat.completions.create({ model, messages });
    await Array.fromAsync(await client.chat.completions.create({ model, messages, stream: true }));
    // In the order of what goes wrong: the request, its provider, its stream.
    const broken = [{ role: 'user' as const, content: `[[simulator {"status":400}]] ${prompt}` }];
    await assert.rejects(client.chat.completions.create({ model, messages: broken }));
    await assert.rejects(client.chat.completions.create({ model: prompt, messages }));
    const cut = [{ role: 'user' as const, content: `[[simulator {"midStreamError":true}]] ${prompt}` }];
    await assert.rejects(Array.fromAsync(await client.chat.completions.create({ model, messages: cut, stream: true })));
  }
  await assert.rejects(client.withOptions({ apiKey: `${apiKey}x` }).models.list());
  await installation.settled();
  secrets.set('the API key', apiKey).set('the admin token', installation.gateway().adminToken);
  metrics = await (await fetch(`${installation.gateway().url}/metrics`)).text();
});

function assertNoSecretIn(text: string, where: string): void {
  for (const [what, secret] of secrets) {
    assert.ok(secret.length > 0);
    assert.ok(!text.includes(secret), `${what} stands in ${where}`);
  }
}

test('no table of the database holds a key, a person, a prompt or a completion', async () => {
  const { rows: tables } = await log.client.query<{ name: string }>(
    `select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
     where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`,
  );
  assert.ok(tables.some(({ name }) => name === 'journal.event'));
  for (const { name } of tables) {
    const { rows } = await log.client.query<{ row: string }>(`select row_to_json(t)::text as row from ${name} t`);
    assertNoSecretIn(rows.map(({ row }) => row).join('\n'), name);
  }
});

test('no log line holds one either, at the most talkative level', async () => {
  await installation.stop();
  assert.ok(installation.gateway().lines.length > 10);
  assertNoSecretIn(installation.gateway().lines.join('\n'), 'the log lines');
});

test('no metric does', () => {
  assert.match(metrics, /gateway_requests_total/);
  assertNoSecretIn(metrics, 'the metrics');
});
