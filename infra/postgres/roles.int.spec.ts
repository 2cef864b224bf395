import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { pino } from 'pino';
import { newId } from '#kernel/ids.ts';
import { campaign } from '#leadership/campaign.ts';
import { withDatabase } from '#postgres/connection-string.ts';
import { migrate } from '#postgres/migrate.ts';
import { openPool } from '#postgres/pool.ts';
import { revocations } from '#testkit/journal-contract.ts';
import { startTemporaryPostgres, type TemporaryPostgres } from '#testkit/temporary-postgres-server.ts';
import { afterAll, beforeAll, test } from '#testkit/test.ts';
import { createPgClaims } from '../../services/ingress/src/adapters/pg-claims.ts';
import { createPgResponses } from '../../services/ingress/src/adapters/pg-responses.ts';
import { openJournal } from '../../services/journal/src/journal.ts';

const schemas = ['journal', 'quota', 'billing', 'accounts', 'ingress'] as const;
type Schema = (typeof schemas)[number];

const INSUFFICIENT_PRIVILEGE = '42501';
const PASSWORD = 'of-a-test';

// A server of its own: roles belong to a server, and other tests make some of the same names.
let server: TemporaryPostgres;

beforeAll(async () => {
  const rolePasswords = Object.fromEntries(['owner', 'leaders', ...schemas].map((role) => [role, PASSWORD]));
  server = await startTemporaryPostgres({ isDurable: false, rolePasswords });
  // Once more: the file may be run again.
  const roles = await readFile(new URL('roles.sql', import.meta.url), 'utf8');
  await run(withDatabase(server.connectionString, 'gateway'), roles);
  for (const schema of schemas) {
    const directory = fileURLToPath(new URL(`../../services/${schema}/migrations`, import.meta.url));
    await migrate(as('owner'), { schema, directory });
  }
});

afterAll(() => server?.[Symbol.asyncDispose]());

test('the journal, under its role, leads, appends and reads', async () => {
  const lease = await leadAs('journal');
  const connectionString = as('journal');
  const pool = openPool({ connectionString, max: 2, applicationName: 'roles test' });
  const journal = await openJournal({
    connectionString,
    pool,
    logger: pino({ level: 'silent' }),
    onFenced: assert.fail,
  });
  try {
    await journal.append(revocations('a', 0, [newId()]));
    assert.equal((await journal.readStream('key-a')).length, 1);
  } finally {
    await journal.close();
    await pool.end();
    await lease.release();
  }
});

test('the role of the journal changes nothing that is written, and no rule about it', async () => {
  for (const sql of [
    'update journal.event set version = version',
    'delete from journal.event',
    'truncate journal.event',
    'alter table journal.event disable trigger append_only',
    'drop table journal.event',
    'delete from journal.writer',
    'insert into journal.writer values (1, 0, 0, null)',
    'create table journal.more (id integer)',
    'drop schema journal cascade',
    "insert into journal.migration values ('9999-x', 'x')",
    'set role gateway_owner',
    'set session_replication_role = replica',
  ]) {
    await refused('journal', sql);
  }
});

for (const [schema, table] of [
  ['quota', 'hold'],
  ['billing', 'ledger'],
  ['accounts', 'subject_key'],
] as const) {
  test(`${schema}, under its role, leads, keeps its read models and rebuilds them`, async () => {
    const lease = await leadAs(schema);
    await lease.release();
    await run(
      as(schema),
      `insert into ${schema}.checkpoint values ('a', 1);
       update ${schema}.checkpoint set position = 2;
       delete from ${schema}.checkpoint;
       select * from ${schema}.${table};
       create schema replay_${schema};
       create table replay_${schema}.checkpoint (like ${schema}.checkpoint including all);
       drop schema replay_${schema} cascade`,
    );
  });

  test(`the role of ${schema} alters no table, truncates none, and takes no other role`, async () => {
    await refused(schema, `alter table ${schema}.checkpoint add column more text`);
    await refused(schema, `drop table ${schema}.${table}`);
    await refused(schema, `truncate ${schema}.${table}`);
    await refused(schema, `create table ${schema}.more (id integer)`);
    await refused(schema, 'set role gateway_owner');
    await refused(schema, 'set role gateway_journal');
  });
}

test('ingress, under its role, keeps claims and answers, and changes no table', async () => {
  const pool = openPool({ connectionString: as('ingress'), max: 2, applicationName: 'roles test', isDurable: true });
  const logger = pino({ level: 'silent' });
  const claims = createPgClaims({ pool, logger });
  const responses = createPgResponses({ pool, logger, keyPepper: 'ab'.repeat(32) });
  try {
    const taken = await claims.take({ keyHash: Buffer.alloc(32), bodyHash: Buffer.alloc(32), requestId: 'r' });
    assert.ok(taken.kind === 'new');
    await claims.addPiece(taken.claim, { seq: 1, sealed: Buffer.from('x') });
    await claims.keep(taken.claim, [{ seq: 0, sealed: Buffer.from('x') }]);
    assert.equal(String(await claims.readPiece(taken.claim, 1)), 'x');
    assert.equal(await claims.sweep(), 0);
    await claims.orphanAll();
    await responses.keep({ userId: 'u', id: 'r', previousId: null, input: [], response: '{}' }, 1);
    assert.equal(
      (await responses.conversation('u', 'r', { turnsMax: 9, bytesMax: 9_999, room: async () => undefined })).length,
      1,
    );
    assert.equal(await responses.remove('u', 'r'), true);
    assert.equal(await responses.sweep(), 0);
  } finally {
    claims.close();
    responses.close();
    await pool.end();
  }
  for (const table of ['claim', 'answer_piece', 'stored_response'])
    await refused('ingress', `truncate ingress.${table}`);
  await refused('ingress', 'alter table ingress.claim add column more text');
  await refused('ingress', 'create schema more');
  await refused('ingress', 'set role gateway_owner');
});

test('the role of the four leaders together leads, appends and projects, and changes nothing that is written', async () => {
  for (const schema of ['journal', 'quota', 'billing', 'accounts'] as const) {
    const lease = await leadAs(schema, 'leaders');
    await lease.release();
  }
  const connectionString = as('leaders');
  const pool = openPool({ connectionString, max: 2, applicationName: 'roles test' });
  const logger = pino({ level: 'silent' });
  const journal = await openJournal({ connectionString, pool, logger, onFenced: assert.fail });
  try {
    await journal.append(revocations('of-the-leaders', 0, [newId()]));
    await run(connectionString, "insert into quota.checkpoint values ('leaders', 1); delete from quota.checkpoint");
  } finally {
    await journal.close();
    await pool.end();
  }
  for (const sql of [
    'update journal.event set version = version',
    'truncate journal.event',
    'drop table quota.hold',
    'select * from ingress.claim',
    'set role gateway_owner',
  ]) {
    await refused('leaders', sql);
  }
});

test("no service's role sees another's tables", async () => {
  const first = { journal: 'event', quota: 'account', billing: 'ledger', accounts: 'subject_key', ingress: 'claim' };
  for (const role of schemas) {
    for (const other of schemas) {
      if (role !== other) await refused(role, `select * from ${other}.${first[other]}`);
    }
    await refused(role, 'create table public.more (id integer)');
    await refused(role, 'create temporary table more (id integer)');
  }
});

test('who is none of the roles does not even connect', async () => {
  await run(server.connectionString, `create role stranger login password '${PASSWORD}'`);
  await assert.rejects(run(as('stranger'), 'select 1'), { code: INSUFFICIENT_PRIVILEGE });
});

/** The connection string of a role. */
function as(role: string): string {
  const url = new URL(withDatabase(server.connectionString, 'gateway'));
  url.username = role === 'stranger' ? role : `gateway_${role}`;
  url.password = PASSWORD;
  return url.href;
}

async function leadAs(schema: Schema, role: string = schema) {
  const pool = openPool({ connectionString: as(role), max: 1, applicationName: 'roles test' });
  const lease = await campaign({
    pool,
    schema,
    part: 0,
    holder: 'a test',
    logger: pino({ level: 'silent' }),
    signal: AbortSignal.timeout(5_000),
  }).catch(async (error) => {
    await pool.end();
    throw error;
  });
  return {
    async release() {
      await lease.release();
      await pool.end();
    },
  };
}

async function refused(role: string, sql: string): Promise<void> {
  await assert.rejects(run(as(role), sql), { code: INSUFFICIENT_PRIVILEGE }, `${role}: ${sql}`);
}

async function run(connectionString: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString, query_timeout: 10_000 });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
