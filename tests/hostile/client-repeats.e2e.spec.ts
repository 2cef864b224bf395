import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, test } from '#testkit/test.ts';
import type { KeyDocument } from '../e2e/support/admin-api.ts';
import { gatewayctl } from '../e2e/support/gatewayctl.ts';
import type { Customer } from '../e2e/support/installation.ts';
import { openLogReader } from '../e2e/support/log-reader.ts';
import { answerHello, startRawProvider } from '../e2e/support/raw-provider.ts';
import { installStandalone } from '../e2e/support/standalone.ts';
import { until } from '../e2e/support/until.ts';

const provider = await startRawProvider();
const installation = await installStandalone({
  providers: [{ name: 'raw', baseUrl: provider.baseUrl, models: ['gpt-4o'] }],
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

const PROMPT = 'a prompt that nobody else may read';
const RETRY_MS = 20;
/** A client that meets a gateway which is being killed hears nothing from it. */
const TRY_MAX_MS = 10_000;

/** Several starts of a gateway, on a machine that is busy with other suites. */
const TOLD_WITHIN_MS = 120_000;

interface Told {
  readonly status: number;
  readonly text: string;
  readonly isReplayed: boolean;
}

/** One try under a key; undefined where the connection broke or the answer did not come whole. */
async function ask({ apiKey }: Customer, key: string, fields: object = {}): Promise<Told | undefined> {
  const body = { model: 'gpt-4o', max_tokens: 100, messages: [{ role: 'user', content: PROMPT }], ...fields };
  try {
    const response = await fetch(`${installation.gateway().url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TRY_MAX_MS),
    });
    const text = await response.text();
    return { status: response.status, text, isReplayed: response.headers.get('idempotent-replayed') === 'true' };
  } catch {
    return undefined;
  }
}

/** Asks until there is an answer, as a client does that was told nothing, or to come again. */
async function askUntilTold(customer: Customer, key: string, fields: object = {}): Promise<Told> {
  return until(
    `an answer to ${key}`,
    async () => {
      const told = await ask(customer, key, fields);
      if (told !== undefined && (told.status === 200 || told.text.includes('idempotency_answer_lost'))) return told;
      await pause(RETRY_MS);
      return undefined;
    },
    TOLD_WITHIN_MS,
  );
}

async function killAndStart(): Promise<void> {
  await installation.gateway().stop('SIGKILL');
  await installation.start();
}

/** The charges of a user that are not zero. */
async function chargesOf({ userId }: Customer): Promise<number> {
  await installation.settled();
  await using log = await openLogReader(installation);
  const charges = await log.events('ChargePosted');
  return charges.filter(({ data }) => data.userId === userId && data.amountNanoUsd !== '0').length;
}

test('a repeated request is charged once, though the gateway was killed after it had answered', async () => {
  const customer = await installation.customer();
  provider.answer = answerHello;
  const first = await askUntilTold(customer, 'answered');
  const calls = provider.requests.length;
  await killAndStart();
  const again = await ask(customer, 'answered');
  assert.deepEqual(again, { ...first, isReplayed: true });
  assert.equal(provider.requests.length, calls);
  assert.equal(await chargesOf(customer), 1);
});

test('a request whose gateway was killed before its answer is executed anew, and charged once', async () => {
  const customer = await installation.customer();
  const reached = Promise.withResolvers<void>();
  provider.answer = () => reached.resolve();
  const first = ask(customer, 'killed in the middle');
  await reached.promise;
  await killAndStart();
  assert.equal(await first, undefined);
  provider.answer = answerHello;
  const told = await askUntilTold(customer, 'killed in the middle');
  assert.deepEqual([told.status, told.isReplayed], [200, false]);
  assert.equal(await chargesOf(customer), 1);
});

test('a request that was charged, and whose gateway was killed before the answer was kept, is not charged again', async () => {
  const customer = await installation.customer();
  const reached = Promise.withResolvers<() => void>();
  provider.answer = (response) => reached.resolve(() => answerHello(response));
  const first = ask(customer, 'charged and lost');
  const answer = await reached.promise;
  const database = new pg.Client({ connectionString: await installation.databaseUrl() });
  await database.connect();
  // Nobody can write to the claim: its answer cannot be kept.
  await database.query('begin; select from ingress.claim for update');
  answer();
  await until('the charge', async () => (await customer.balance()).charged > 0n || undefined);
  await installation.gateway().stop('SIGKILL');
  // What waits for the row would be written all the same.
  await database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'gateway ingress'`,
  );
  await database.query('rollback');
  await database.end();
  // No end has reached the client: what was not kept was not given.
  assert.equal(await first, undefined);
  await installation.start();
  const { charged } = await customer.balance();
  for (let repeat = 0; repeat < 2; repeat += 1) {
    const told = await askUntilTold(customer, 'charged and lost');
    assert.equal(told.status, 409);
    assert.match(told.text, /was carried out and charged/);
  }
  assert.equal(await chargesOf(customer), 1);
  assert.equal((await customer.balance()).charged, charged);
});

test('clients that repeat until they are told, through five kills, pay once for each key', async () => {
  const customer = await installation.customer({ creditUsd: '100' });
  provider.answer = async (response) => {
    await pause(Math.random() * 60);
    answerHello(response);
  };
  const told: Told[] = [];
  let isOver = false;
  const client = async (name: number): Promise<void> => {
    for (let turn = 0; !isOver; turn += 1) told.push(await askUntilTold(customer, `client ${name} turn ${turn}`));
  };
  const clients = Promise.all(Array.from({ length: 8 }, (_, name) => client(name)));
  for (const answers of [30, 1, 12, 45, 5]) {
    const enough = told.length + answers;
    await until('answers under load', async () => told.length >= enough || undefined, TOLD_WITHIN_MS);
    await killAndStart();
  }
  isOver = true;
  await clients;
  assert.equal(await chargesOf(customer), told.length);
  const verified = await gatewayctl(installation.gateway(), ['audit', 'verify']);
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
});

test('an API key that was made, and whose answer was lost with the gateway, is the same when it is asked for again', async () => {
  const { userId } = await installation.customer();
  const database = new pg.Client({ connectionString: await installation.databaseUrl() });
  await database.connect();
  const create = () =>
    installation.admin.call<KeyDocument>('POST', '/admin/api-keys/', {
      body: { user_id: userId, name: 'once' },
      headers: { 'idempotency-key': 'an api key' },
    });
  await database.query('create function ingress.refuse() returns trigger language plpgsql as $$ begin raise; end $$');
  await database.query('create trigger refuse before insert on ingress.answer_piece execute function ingress.refuse()');
  const first = create().catch(() => undefined);
  const made = async () => (await installation.admin.user(userId)).keys.find(({ name }) => name === 'once');
  const key = await until('the key to be made', made);
  await installation.gateway().stop('SIGKILL');
  assert.equal(await first, undefined);
  await database.query('drop trigger refuse on ingress.answer_piece; drop function ingress.refuse()');
  await database.end();
  await installation.start();

  const { status, document } = await create();
  assert.equal(status, 201);
  assert.equal(document.id, key.id);
  assert.equal((await create()).document.api_key, document.api_key);
  const { keys } = await installation.admin.user(userId);
  assert.equal(keys.filter(({ name }) => name === 'once').length, 1);
  const models = await fetch(`${installation.gateway().url}/v1/models`, {
    headers: { authorization: `Bearer ${document.api_key}` },
  });
  assert.equal(models.status, 200);
});

test('whoever reads the database finds neither keys nor prompts nor answers in what is kept', async () => {
  const customer = await installation.customer();
  provider.answer = answerHello;
  assert.equal((await askUntilTold(customer, 'a secret name of a key')).status, 200);
  const created = await installation.admin.call<KeyDocument>('POST', '/admin/api-keys/', {
    body: { user_id: customer.userId, name: 'kept' },
    headers: { 'idempotency-key': 'another secret name' },
  });
  assert.equal(created.status, 201);
  const database = new pg.Client({ connectionString: await installation.databaseUrl() });
  await database.connect();
  try {
    const { rows } = await database.query<{ bytes: Buffer }>(
      `select key_hash || body_hash || salt || convert_to(request_id, 'UTF8') as bytes from ingress.claim
       union all select sealed from ingress.answer_piece`,
    );
    assert.ok(rows.length > 4);
    const apiKey = created.document.api_key ?? '';
    for (const secret of [PROMPT, 'Hello', 'secret name', 'gpt-4o', apiKey.slice(3), customer.apiKey.slice(3)]) {
      assert.ok(
        rows.every(({ bytes }) => !bytes.includes(secret)),
        secret,
      );
    }
  } finally {
    await database.end();
  }
});
