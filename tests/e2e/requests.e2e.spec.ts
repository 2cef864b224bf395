import assert from 'node:assert/strict';
import { afterAll, test } from '#testkit/test.ts';
import { scripted } from '../../tools/simulator/src/testing.ts';
import { gatewayctlJson } from './support/gatewayctl.ts';
import { install } from './support/install.ts';
import { until } from './support/until.ts';

/* What administration reads of requests: each one, and their sums. */

const installation = await install();
afterAll(() => installation[Symbol.asyncDispose]());

interface Listed {
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly has_more: boolean;
}

interface Report {
  readonly lines: readonly Readonly<Record<string, unknown>>[];
}

const models = ['gpt-4o-mini', 'claude-haiku-4-5'];

test('requests are listed with what became of them, page by page, and their sums are the books', async () => {
  const customer = await installation.customer();
  const { userId, client } = customer;
  for (const model of models) {
    const headers = { 'x-gateway-tags': `t-${model.slice(0, 3)}`, 'x-gateway-session-id': 'one-session' };
    const messages = [{ role: 'user' as const, content: scripted({ usage: { prompt: 100, completion: 20 } }) }];
    await client.chat.completions.create({ model, messages }, { headers });
  }
  await installation.settled();
  const { charged } = await customer.balance();

  const list = async (query: string) => {
    const { status, document } = await installation.admin.call<Listed>('GET', `/admin/requests?${query}`);
    assert.equal(status, 200, JSON.stringify(document));
    return document;
  };
  const listed = await until('both charges to be listed', async () => {
    const { data } = await list(`user_id=${userId}`);
    return data.length === 2 && data.every(({ amount_usd }) => amount_usd !== null) ? data : undefined;
  });
  assert.deepEqual(
    listed.map(({ model, outcome, session, input_tokens, output_tokens }) => [
      ...[model, outcome, session, Number(input_tokens), Number(output_tokens)],
    ]),
    models.toReversed().map((model) => [model, 'completed', 'one-session', 100, 20]),
  );
  const first = await list(`user_id=${userId}&limit=1`);
  assert.deepEqual([first.data.length, first.has_more], [1, true]);
  const rest = await list(`user_id=${userId}&limit=1&after=${first.data[0]?.['position']}`);
  assert.deepEqual([rest.data[0]?.['id'], rest.has_more], [listed[1]?.['id'], false]);
  assert.deepEqual((await list(`user_id=${userId}&tag=t-cla`)).data[0]?.['model'], 'claude-haiku-4-5');
  assert.deepEqual((await list(`user_id=${userId}&outcome=failed`)).data, []);

  const report = await gatewayctlJson<Report>(installation.gateway(), [
    ...['usage', 'report', '--user-id', userId, '--group-by', 'session', '--interval', 'day'],
  ]);
  const amounts = report.lines.map((line) => [String(line['value']), Number(line['requests'])]);
  assert.deepEqual(amounts, [['one-session', 2]]);
  const whole = await installation.admin.call<Report>('GET', `/admin/usage-report?user_id=${userId}&group_by=model`);
  const nanoUsd = whole.document.lines.map(({ amount_usd }) => BigInt(Math.round(Number(amount_usd) * 1e9)));
  assert.equal(
    nanoUsd.reduce((sum, each) => sum + each, 0n),
    charged,
  );
});

test('what cannot be shown is refused by its name', async () => {
  const cases: readonly (readonly [string, string])[] = [
    ['/admin/requests?outcome=lost', 'outcome'],
    ['/admin/requests?from=yesterday', 'from'],
    ['/admin/requests?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z', 'to'],
    ['/admin/usage-report?group_by=colour', 'group_by'],
    ['/admin/usage-report?interval=minute', 'interval'],
  ];
  for (const [path, param] of cases) {
    const { status, document } = await installation.admin.call<{ error: { param: string } }>('GET', path);
    assert.deepEqual([status, document.error.param], [400, param], path);
  }
});
