import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { JournalService } from '#contracts/gen/gateway/journal/v1/journal_pb.js';
import { Fault } from '#errors/fault.ts';
import { createGrpcClient } from '#rpc/client.ts';
import { afterAll, test } from '#testkit/test.ts';
import { gatewayctl } from '../e2e/support/gatewayctl.ts';
import { installStandalone } from '../e2e/support/standalone.ts';
import { until } from '../e2e/support/until.ts';

const installation = await installStandalone();
afterAll(() => installation[Symbol.asyncDispose]());

const TOKENS = ['a-token-of-16-ch', 'another-wrong-one-7f3a'];

test('of a thousand idle anonymous gRPC connections few stay open, none for long, and the operator gets in', async (context) => {
  // They speak HTTP/2 and answer its pings, as a client does that has nothing to ask.
  const sessions = Array.from({ length: 1_000 }, () => connect(`http://${installation.gateway().grpcAddress}`));
  context.defer(() => {
    for (const session of sessions) session.destroy();
  });
  for (const session of sessions) session.on('error', () => undefined);
  await Promise.all(sessions.map((session) => Promise.race([once(session, 'connect'), once(session, 'close')])));
  const open = (): number => sessions.filter((session) => !session.destroyed).length;
  await until('all but a few to be closed', async () => open() <= 64 || undefined);
  assert.equal((await gatewayctl(installation.gateway(), ['audit', 'verify'])).code, 0);
  await until('the rest to be closed', async () => open() === 0 || undefined);
});

test('wrong admin tokens get 401, then 429 with Retry-After; the right one works meanwhile', async () => {
  const statuses: number[] = [];
  let retryAfter: string | null = null;
  for (let guess = 0; guess < 60; guess += 1) {
    const token = `${TOKENS[guess % 2]}${guess}`;
    const { status, headers } = await installation.admin.call('GET', '/admin/users/', { token });
    statuses.push(status);
    retryAfter = headers.get('retry-after');
  }
  assert.equal(statuses[0], 401);
  assert.equal(statuses.at(-1), 429);
  assert.ok(statuses.filter((status) => status === 401).length < 40, statuses.join());
  assert.ok(Number(retryAfter) >= 1);
  assert.equal((await installation.admin.call('GET', '/admin/users/')).status, 200);
});

test('the same holds at the gRPC door', async () => {
  const { grpcAddress, adminToken } = installation.gateway();
  const guess = async (token: string): Promise<string> => {
    const client = createGrpcClient(JournalService, { addresses: [grpcAddress], adminToken: token });
    const code = await client.calls.head({}).then(() => 'answered', codeOf);
    client.close();
    return code;
  };
  const codes: string[] = [];
  await until('guesses to be throttled', async () => {
    codes.push(await guess(`${TOKENS[0]}-${codes.length}`));
    return codes.at(-1) === 'rate_limit_exceeded' || undefined;
  });
  assert.equal(codes[0], 'invalid_admin_token');
  assert.equal(await guess(adminToken), 'answered');
});

test('wrong API keys are throttled; a right one from the same address is not', async () => {
  const { client } = await installation.customer();
  const guess = (): Promise<Response> =>
    fetch(`${installation.gateway().url}/v1/models`, { headers: { authorization: `Bearer ak_${'x'.repeat(64)}` } });
  assert.equal((await guess()).status, 401);
  await until('guesses to be throttled', async () => (await guess()).status === 429 || undefined);
  assert.ok((await client.models.list()).data.length > 0);
});

test('who guesses is in the log once a minute, and no token is', async () => {
  await until('the log to say so', async () => installation.gateway().lines.some(isReport) || undefined);
  const reports = installation.gateway().lines.filter(isReport);
  assert.ok(reports.length <= 6, reports.join('\n'));
  for (const line of installation.gateway().lines) assert.ok(!TOKENS.some((token) => line.includes(token)), line);
});

function isReport(line: string): boolean {
  return /too many wrong (admin tokens|API keys)/.test(line) && line.includes('"address":"127.0.0.1"');
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Fault ? thrown.code : String(thrown);
}
