import assert from 'node:assert/strict';
import type { BalanceAt } from '#audit/balance-at.ts';
import type { Explanation } from '#audit/explain/explanation.ts';
import { afterAll, test } from '#testkit/test.ts';
import { scripted } from '../../tools/simulator/src/testing.ts';
import { expectedCharge } from './support/expected-charge.ts';
import { gatewayctl, gatewayctlJson } from './support/gatewayctl.ts';
import { install } from './support/install.ts';
import { openLogReader } from './support/log-reader.ts';
import { meteredOnce } from './support/provider-meter.ts';

const installation = await install();
const log = await openLogReader(installation);
afterAll(async () => {
  await log[Symbol.asyncDispose]();
  await installation[Symbol.asyncDispose]();
});
const customer = await installation.customer({ creditUsd: '2' });
const { client, userId, keyId } = customer;

/** What a program gets: amounts are text. */
type Json<T> = T extends bigint
  ? string
  : T extends readonly (infer Item)[]
    ? Json<Item>[]
    : T extends object
      ? { [K in keyof T]: Json<T[K]> }
      : T;

interface VerifyJson {
  readonly isVerified: boolean;
  readonly events: number;
  readonly results: readonly {
    readonly id: string;
    readonly checked: number;
    readonly violations: readonly { readonly position: number }[];
  }[];
}

interface ReplayJson {
  readonly results: readonly {
    readonly projection: string;
    readonly rows: number;
    readonly isEqual: boolean;
    readonly differences: readonly string[];
  }[];
}

async function ask(content: string, model = 'gpt-4o-mini'): Promise<string> {
  const body = { model, messages: [{ role: 'user' as const, content }] };
  const { response } = await client.chat.completions.create(body).withResponse();
  await installation.settled();
  return response.headers.get('x-request-id') ?? '';
}

const explain = (requestId: string) =>
  gatewayctlJson<Json<Explanation>>(installation.gateway(), ['audit', 'explain', requestId]);
const verify = () => gatewayctlJson<VerifyJson>(installation.gateway(), ['audit', 'verify']);
const balanceAt = (moment: string) =>
  gatewayctlJson<Json<BalanceAt>>(installation.gateway(), ['audit', 'balance', userId, '--at', moment]);
const replay = (projection: string) => gatewayctlJson<ReplayJson>(installation.gateway(), ['replay', projection]);

test('explain tells the whole story of the request that x-request-id names', async () => {
  const requestId = await ask(scripted({ usage: { prompt: 100, cached: 60, completion: 20 } }));
  const story = await explain(requestId);
  const record = await meteredOnce(installation.simulatorUrl, requestId);
  assert.equal(story.state, 'charged');
  assert.deepEqual([story.userId, story.key.keyId], [userId, keyId]);
  assert.equal(story.admission.model, 'gpt-4o-mini');
  assert.equal(story.admission.multiplierBasisPoints, 15_000);
  assert.deepEqual([story.usage?.provider, story.usage?.model], ['sim-openai', 'gpt-4o-mini']);
  assert.deepEqual([story.usage?.used.input, story.usage?.used.cached_input, story.usage?.used.output], [40, 60, 20]);
  assert.equal(story.usage?.attempts.length, 1);
  assert.equal(story.charge?.amountNanoUsd, String(expectedCharge(record)));
  assert.equal(story.charge?.isRecomputed, true);
  assert.equal(story.charge?.price?.priceKey, 'openai/gpt-4o-mini');
  assert.equal(story.charge?.estimated, false);
  assert.deepEqual(
    story.proof.events.map(({ type }) => type),
    ['RequestAdmitted', 'UsageRecorded', 'ChargePosted'],
  );
  assert.equal(story.proof.firstBreakAt, null);
});

test('explain shows that a usage was estimated, and by which rule', async () => {
  const story = await explain(await ask(scripted({ omitUsage: true, chunks: 10 })));
  assert.equal(story.usage?.estimated, true);
  assert.notEqual(story.usage?.estimatePolicy, '');
  assert.equal(story.charge?.estimated, true);
});

test('explain shows every attempt, those that failed as well', async () => {
  const story = await explain(await ask(scripted({ status: 503, key: 'explained', failTimes: 1 })));
  assert.deepEqual(
    story.usage?.attempts.map(({ status, error }) => [status, error]),
    [
      [503, 'upstream_error'],
      [200, ''],
    ],
  );
});

test('explain tells people the same in words, and says so where there is no such request', async () => {
  const requestId = await ask('Hi');
  const text = await gatewayctl(installation.gateway(), ['audit', 'explain', requestId]);
  assert.equal(text.code, 0);
  for (const word of [requestId, userId, 'gpt-4o-mini', 'USD']) assert.ok(text.stdout.includes(word), word);
  const unknown = await gatewayctl(installation.gateway(), ['audit', 'explain', userId]);
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /no request/);
});

test('the balance at any moment of the past is what it was', async () => {
  const start = await customer.balance();
  const startPosition = (await installation.stats()).log.position;
  const { rows } = await log.client.query<{ ms: string }>('select max(recorded_at_ms) as ms from journal.event');
  const startTime = new Date(Number(rows[0]?.ms)).toISOString();
  await ask('Something that costs');
  const now = await customer.balance();
  assert.ok(now.charged > start.charged);

  for (const moment of [String(startPosition), startTime]) {
    const then = await balanceAt(moment);
    assert.equal(BigInt(then.chargedNanoUsd), start.charged);
    assert.equal(BigInt(then.availableNanoUsd), start.available);
  }
  const today = await balanceAt(String((await installation.stats()).log.position));
  assert.equal(BigInt(today.chargedNanoUsd), now.charged);
});

/** All requests are over, none has a shadow (see shadows.e2e.spec.ts), and nobody made a rule of alerts (see alerts.e2e.spec.ts). */
const emptyHere = ['accounts.alerts', 'billing.open_request', 'billing.open_shadow', 'billing.shadow_comparison'];

test('every projection that is rebuilt from the log equals the live one', async () => {
  await ask('Hi', 'claude-haiku-4-5');
  const { results } = await gatewayctlJson<ReplayJson>(installation.gateway(), ['replay', '--all']);
  assert.deepEqual(
    results.map(({ projection }) => projection).sort(),
    Object.keys((await installation.stats()).projections).sort(),
  );
  for (const { projection, rows, isEqual, differences } of results) {
    assert.ok(isEqual, `${projection}: ${differences.join('\n')}`);
    assert.ok(rows > 0 || emptyHere.includes(projection), projection);
  }
});

test('a projection that was changed by hand is found different, with the row', async () => {
  await log.client.query("update billing.ledger set balance_nano_usd = balance_nano_usd + 1 where account = 'revenue'");
  const { code } = await gatewayctl(installation.gateway(), ['replay', 'billing.ledger']);
  assert.equal(code, 3);
  const [result] = (await replay('billing.ledger')).results;
  assert.equal(result?.isEqual, false);
  assert.ok(result.differences.some((difference) => difference.includes('revenue')));
  await log.client.query("update billing.ledger set balance_nano_usd = balance_nano_usd - 1 where account = 'revenue'");
  assert.equal((await replay('billing.ledger')).results[0]?.isEqual, true);
});

test('a sound log verifies, every invariant looked at', async () => {
  const report = await verify();
  assert.equal(report.isVerified, true);
  assert.equal(report.events, (await installation.stats()).log.position);
  assert.ok(report.results.length >= 10);
  assert.equal((await gatewayctl(installation.gateway(), ['audit', 'verify'])).code, 0);
});

test('the log cannot be changed by a plain statement, not even by the database’s superuser', async () => {
  for (const statement of [
    "update journal.event set type = 'x'",
    'delete from journal.event',
    'truncate journal.event',
  ]) {
    await assert.rejects(log.client.query(statement), /append-only/);
  }
});

/** What someone with all rights over the database can do, undone afterwards. */
async function tampered(statement: string, position: number, check: () => Promise<void>): Promise<void> {
  const one = 'where part = 0 and position = $1';
  const { rows } = await log.client.query(`select * from journal.event ${one}`, [position]);
  await log.client.query('alter table journal.event disable trigger append_only');
  try {
    await log.client.query(`${statement} ${one}`, [position]);
    await check();
  } finally {
    await log.client.query(`delete from journal.event ${one}`, [position]);
    const values = Object.values(rows[0]).map((value) => (isDocument(value) ? JSON.stringify(value) : value));
    const places = values.map((_value, index) => `$${index + 1}`).join(', ');
    await log.client.query(`insert into journal.event values (${places})`, values);
    await log.client.query('alter table journal.event enable trigger append_only');
  }
}

function isDocument(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Buffer.isBuffer(value);
}

const tamperings = {
  'an amount changed in a charge': `update journal.event set body =
    regexp_replace(body::text, '"amountNanoUsd":"(\\d+)"', '"amountNanoUsd":"1"')::json`,
  'a moment moved': 'update journal.event set recorded_at_ms = recorded_at_ms - 1',
  'an event taken out': 'delete from journal.event',
};
for (const [what, statement] of Object.entries(tamperings)) {
  test(`${what} behind the gateway's back makes verify fail with exit code 3, and it names the position`, async () => {
    const position = (await log.events('ChargePosted')).at(0)?.position ?? 0;
    assert.ok(position > 0);
    await tampered(statement, position, async () => {
      const { code, stdout } = await gatewayctl(installation.gateway(), ['audit', 'verify']);
      assert.equal(code, 3, stdout);
      const found = (await verify()).results.flatMap(({ violations }) => violations.map((each) => each.position));
      // Where an event is gone, the gap shows at the next one.
      assert.ok(found.includes(position) || found.includes(position + 1), `positions named: ${found}`);
    });
    assert.equal((await verify()).isVerified, true);
  });
}
