import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeadLetter } from '#dead-letters/dead-letter.ts';
import { deadLettersInMemory } from '#dead-letters/dead-letter-source.ts';
import { deadLettersService } from '#dead-letters/dead-letters-service.ts';
import { GENESIS } from '#journal/chain.ts';
import { projectionsService } from '#journal/projections-service.ts';
import type { StoredEvent, StoredHead } from '#journal/stored-event.ts';
import { startGrpcServer } from '#rpc/server.ts';
import { bodyWith, doctored } from '#testkit/chained-log.ts';
import { runProgram } from '#testkit/run-program.ts';
import { at, recordedAtMs, sampleLog } from '#testkit/sample-log.ts';
import { afterAll, beforeEach, test } from '#testkit/test.ts';
import { journalService } from '../../services/journal/src/api/journal-service.ts';
import { logFileLine } from './log-file.ts';

const sound = sampleLog();
const headOf = (events: readonly StoredEvent[]): StoredHead => ({
  position: events.length,
  epoch: 1,
  chain: events.at(-1)?.chain ?? GENESIS,
});
/** The running hold's time must not be over by the clock of the day this runs. */
const current = doctored(sound, at.runningAdmitted, bodyWith({ expiresAtMs: String(Date.now() + 3_600_000) }));

const adminToken = 'the-token-of-an-admin';
let log: readonly StoredEvent[] = current;
let head = headOf(log);
let isReplayEqual = true;
/** The event a projection is stopped by, until its cause is mended. */
let stopped: DeadLetter | undefined;
let isMended = false;
const poison: DeadLetter = {
  consumer: 'billing.usage',
  position: at.paidUsage,
  eventId: 'event',
  eventType: 'UsageRecorded',
  stream: 'request-paid',
  failure: { code: 'sqlstate_23514', message: 'violates a check' },
  tries: 7,
  firstTriedAtMs: recordedAtMs(at.paidUsage),
  lastTriedAtMs: recordedAtMs(at.paidCharge),
};
const deadLetters = deadLettersService([
  deadLettersInMemory({
    consumer: 'billing.usage',
    letters: () => (stopped === undefined ? [] : [stopped]),
    current: () => stopped,
    tryNow: async () => {
      if (isMended) stopped = undefined;
    },
  }),
]);
const server = await startGrpcServer({
  host: '127.0.0.1',
  port: 0,
  adminToken,
  logger: { warn: () => {}, error: () => {} },
  services: [
    journalService({
      readStored: async (afterPosition, limit) => log.slice(afterPosition, afterPosition + limit),
      readStoredStream: async (stream) => log.filter((event) => event.stream === stream),
      head: () => head,
    }),
    projectionsService({
      replay: async (projection) => ({
        projection,
        events: log.length,
        rows: 2,
        isEqual: isReplayEqual || projection !== 'billing.usage',
        differences: isReplayEqual ? [] : ['usage_day: row (u1) is 5, rebuilt 6'],
        durationMs: 3,
      }),
      positions: () => new Map(['accounts.resources', 'billing.usage'].map((name) => [name, 18])),
    }),
    deadLetters,
  ],
});
const folder = mkdtempSync(join(tmpdir(), 'gatewayctl-'));
writeFileSync(join(folder, 'secrets.json'), JSON.stringify({ adminToken, keyPepper: 'x' }));
afterAll(async () => {
  await server.drain();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  log = current;
  head = headOf(log);
  isReplayEqual = true;
  stopped = undefined;
  isMended = false;
});

const main = join(import.meta.dirname, 'main.ts');
const ctl = (...args: string[]) =>
  runProgram(main, args, {
    cwd: folder,
    environment: { GATEWAY_GRPC_ADDRESS: server.address, GATEWAY_ADMIN_TOKEN: adminToken },
  });

test('a sound log is verified with exit code 0', async () => {
  const { code, stdout, stderr } = await ctl('audit', 'verify');
  assert.equal(stderr, '');
  assert.match(stdout, /The log is sound\./);
  assert.match(stdout, /I12 .* 3 checked +ok/);
  assert.equal(code, 0);
});

test('a log that was changed is reported with its place and exit code 3', async () => {
  log = log.map((event) => (event.position === at.paidUsage ? { ...event, recordedAtMs: 5 } : event));
  const { code, stdout } = await ctl('audit', 'verify');
  assert.equal(code, 3);
  assert.match(stdout, /I2 at position 7, stream request-paid/);
  assert.match(stdout, /THE LOG IS NOT SOUND/);
  const json = await ctl('audit', 'verify', '--json');
  assert.equal(json.code, 3);
  const report = JSON.parse(json.stdout);
  assert.equal(report.isVerified, false);
  assert.equal(report.results.find((result: { id: string }) => result.id === 'I2').violations[0].position, 7);
});

test('events taken off the end of the log are noticed by the head', async () => {
  log = log.slice(0, -1);
  const { code, stdout } = await ctl('audit', 'verify');
  assert.equal(code, 3);
  assert.match(stdout, /expected events up to position 18/);
});

test('an anchor noted down earlier must still stand', async () => {
  const noted = `3:${log[2]?.chain.toString('hex')}`;
  assert.equal((await ctl('audit', 'verify', '--anchor', noted)).code, 0);
  log = doctored(log, at.keyCreated, bodyWith({ name: 'another' }));
  head = headOf(log);
  assert.equal((await ctl('audit', 'verify')).code, 0, 'a whole log rewritten is sound by itself');
  assert.equal((await ctl('audit', 'verify', '--anchor', noted)).code, 3);
});

test('an exported log is verified without the gateway, and a changed line in it is noticed', async () => {
  const file = join(folder, 'log.jsonl');
  const exported = await ctl('audit', 'export', file);
  assert.equal(exported.code, 0, exported.stderr);
  assert.match(exported.stdout, /18 events up to position 18/);
  assert.equal(readFileSync(file, 'utf8'), log.map((event) => `${logFileLine(event)}\n`).join(''));
  const offline = (...args: string[]) => runProgram(main, [...args, '--from-file', file], { cwd: folder });
  assert.equal((await offline('audit', 'verify')).code, 0);
  assert.match((await offline('audit', 'explain', 'paid')).stdout, /answered and charged/);
  const again = await ctl('audit', 'export', file);
  assert.equal(again.code, 2);
  assert.match(again.stderr, /exists; add --force/);
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace('"recordedAtMs":1768478406000', '"recordedAtMs":1768478406001'),
  );
  assert.equal((await offline('audit', 'verify')).code, 3);
  writeFileSync(file, `${logFileLine(log[0] ?? assert.fail())}\n{"position":2}\n`);
  const broken = await offline('audit', 'verify');
  assert.equal(broken.code, 1);
  assert.match(broken.stderr, /log\.jsonl, line 2: /);
});

test('a charged request is explained to the nano-dollar', async () => {
  const { code, stdout } = await ctl('audit', 'explain', 'paid');
  assert.equal(code, 0);
  for (const part of [
    'Key        ak_abcdefgh… "laptop"',
    'Before: credited 0.01 - charged 0.00 - held 0.00 = available 0.01 USD',
    'Hold: 0.003074852 USD, the dearest of these, covered by the available 0.01 USD',
    'openai/gpt-sample version 2, pinned at admission; from catalogue 2',
    'reasoning     99 tokens   x 1.200001 USD per million  = 118800099 pico-USD',
    'sum 690000099 pico-USD, times 1.5 = 1035000.1485 nano-USD',
    'rounded once, to the nearest nano-USD: 1035000 nano-USD = 0.001035 USD',
    'Worked out anew from the usage and the price in the log: the same.',
    `position 8  ChargePosted  event ${log[7]?.eventId}`,
    `${log[7]?.chain.toString('hex')}  as stored`,
    'every hash is the stored one',
  ]) {
    assert.ok(stdout.includes(part), `${part}\nis not in\n${stdout}`);
  }
});

test('an explanation in JSON has amounts as decimal text', async () => {
  const story = JSON.parse((await ctl('--json', 'audit', 'explain', 'overrun')).stdout);
  assert.equal(story.charge.amountNanoUsd, '1000');
  assert.equal(story.charge.overrunNanoUsd, '3500');
  assert.equal(story.proof.events.length, 3);
});

test('the first line tells apart how requests ended', async () => {
  const firstLine = async (requestId: string) =>
    (await ctl('audit', 'explain', requestId)).stdout.split('\n')[0]?.replace(/^.*: /, '');
  assert.equal(await firstLine('paid'), 'answered and charged');
  assert.equal(await firstLine('failed'), 'not answered, nothing charged');
  assert.equal(await firstLine('lost'), 'never answered, its hold given back');
  for (const [outcome, ending] of [
    ['OUTCOME_CUT', 'broken off before its end and charged'],
    ['OUTCOME_CLIENT_GONE', 'left by its client before its end and charged'],
  ] as const) {
    log = doctored(current, at.paidUsage, bodyWith({ outcome }));
    head = headOf(log);
    assert.equal(await firstLine('paid'), ending);
  }
});

test('requests without a charge are explained, too', async () => {
  assert.match((await ctl('audit', 'explain', 'lost')).stdout, /the process that ran it was gone/);
  assert.match((await ctl('audit', 'explain', 'failed')).stdout, /nobody answered/);
  assert.match((await ctl('audit', 'explain', 'running')).stdout, /no end on record yet/);
});

test('an unknown request is a clear no', async () => {
  const { code, stderr } = await ctl('audit', 'explain', 'nobody');
  assert.equal(code, 1);
  assert.match(stderr, /the log has no request nobody: it was refused/);
  const json = await ctl('audit', 'explain', 'nobody', '--json');
  assert.equal(JSON.parse(json.stderr).error.code, 'not_found');
});

test('a balance is told for now, for a position and for a moment', async () => {
  const balance = async (...args: string[]) =>
    JSON.parse((await ctl('audit', 'balance', 'u1', '--json', ...args)).stdout);
  assert.equal((await balance()).availableNanoUsd, '8959000');
  assert.equal((await balance('--at', String(at.paidUsage))).heldNanoUsd, '3074852');
  const moment = new Date(recordedAtMs(at.paidCharge)).toISOString();
  assert.equal((await balance('--at', moment)).position, at.paidCharge);
  assert.match((await ctl('audit', 'balance', 'u1')).stdout, /available +0\.008959 USD/);
  assert.equal((await ctl('audit', 'balance', 'u2')).code, 1);
  assert.match((await ctl('audit', 'balance', 'u1', '--of', 'team')).stderr, /the log has no team u1/);
  assert.equal((await ctl('audit', 'balance', 'u1', '--of', 'planet')).code, 2);
  assert.match((await ctl('audit', 'balance', 'u1', '--at', '999')).stderr, /the log ends at position 18/);
  assert.equal((await ctl('audit', 'balance', 'u1', '--at', 'yesterday')).code, 2);
});

test('a replay that equals the live projection ends with 0, one that differs with 3', async () => {
  const equal = await ctl('replay', '--all');
  assert.equal(equal.code, 0);
  assert.match(equal.stdout, /billing\.usage +18 events +2 rows +3 ms +equal/);
  isReplayEqual = false;
  assert.equal((await ctl('replay', 'accounts.resources')).code, 0);
  const different = await ctl('replay', 'billing.usage');
  assert.equal(different.code, 3);
  assert.match(different.stdout, /usage_day: row \(u1\) is 5, rebuilt 6/);
  assert.equal((await ctl('replay')).code, 2);
  assert.match((await ctl('replay', 'nope')).stderr, /no projection nope; there are: accounts\.resources/);
  assert.equal((await ctl('projections')).stdout, 'accounts.resources\nbilling.usage\n');
});

test('what is stuck is listed with why, and the code says so', async () => {
  const nothing = await ctl('dead-letters', 'list');
  assert.deepEqual([nothing.code, nothing.stdout], [0, 'Nothing is stuck.\nAsked: billing.usage.\n']);
  stopped = poison;
  const { code, stdout } = await ctl('dead-letters', 'list');
  assert.equal(code, 4);
  assert.match(stdout, /^billing\.usage +7 +UsageRecorded +request-paid +7 tries +since 2026-01-15T.*Z +last .*Z +/);
  assert.match(stdout, /sqlstate_23514: violates a check\nAsked: billing\.usage\.\n$/);
  const json = JSON.parse((await ctl('dead-letters', 'list', '--json')).stdout);
  assert.deepEqual([json.deadLetters[0].requestId, json.deadLetters[0].tries, json.hasMore], ['paid', 7, false]);
  assert.equal((await ctl('dead-letters', 'list', '--consumer', 'nobody')).code, 1);
});

test('a retry ends with 0 where everything succeeded, with 4 where something is stuck still', async () => {
  stopped = poison;
  const early = await ctl('dead-letters', 'retry');
  assert.equal(early.code, 4);
  assert.match(early.stdout, /^0 succeeded, 1 stuck still\.\nStuck still:\nbilling\.usage .*violates a check\n$/);
  isMended = true;
  const retried = await ctl('dead-letters', 'retry', '--position', '7', '--json');
  assert.equal(retried.code, 0);
  assert.deepEqual([JSON.parse(retried.stdout).succeededCount, JSON.parse(retried.stdout).stuck], [1, []]);
  assert.equal((await ctl('dead-letters', 'retry')).stdout, 'Nothing was stuck.\n');
  const gone = await ctl('dead-letters', 'retry', '--position', '7');
  assert.equal(gone.code, 1);
  assert.match(gone.stderr, /No dead letter is of position 7/);
  assert.equal((await ctl('dead-letters', 'retry', '--position', '7', '--request', 'paid')).code, 2);
});

test('of several servers a standby is passed over, and one that does not answer is named', async (t) => {
  stopped = poison;
  const options = { host: '127.0.0.1', port: 0, adminToken, logger: { warn: () => {}, error: () => {} } };
  const standby = await startGrpcServer({ ...options, services: [deadLetters], isServing: () => false });
  const other = await startGrpcServer({ ...options, services: [] });
  t.defer(() => Promise.all([standby.drain(), other.drain()]));
  const addresses = [standby.address, '127.0.0.1:1', other.address, server.address].join(',');
  const { code, stdout } = await ctl('dead-letters', 'list', '--json', '--address', addresses);
  const { deadLetters: listed, unanswered } = JSON.parse(stdout);
  assert.deepEqual([code, listed.length], [4, 1]);
  assert.deepEqual(
    unanswered.map(({ address }: { address: string }) => address),
    ['127.0.0.1:1'],
  );
  const alone = await ctl('dead-letters', 'list', '--address', standby.address);
  assert.equal(alone.code, 1);
  assert.match(alone.stderr, /does not answer/);
});

test('the log is read from a position and from its end', async () => {
  const read = await ctl('log', 'read', '--from', '3', '--limit', '2');
  assert.match(read.stdout, /^3 .*ApiKeyCreated.*\n4 .*PricePublished.*\n$/);
  const tail = await ctl('log', 'tail', '-n', '2', '--json');
  const events = tail.stdout.trim().split('\n');
  assert.deepEqual(
    events.map((line) => JSON.parse(line).position),
    [17, 18],
  );
});

test('the token is found in the data directory', async () => {
  const environment = { GATEWAY_GRPC_ADDRESS: server.address };
  const args = ['projections', '--data-dir', folder];
  assert.equal((await runProgram(main, args, { cwd: tmpdir(), environment })).code, 0);
  const fromEnvironment = { ...environment, GATEWAY_DATA_DIR: folder };
  assert.equal((await runProgram(main, ['projections'], { cwd: tmpdir(), environment: fromEnvironment })).code, 0);
});

test('no token, a wrong one, a wrong command line and no gateway are each told apart', async () => {
  const bare = (...args: string[]) => runProgram(main, args, { cwd: folder });
  const noToken = await bare('projections', '--data-dir', join(folder, 'none'));
  assert.equal(noToken.code, 2);
  assert.match(noToken.stderr, /no admin token: .*secrets\.json cannot be read \(ENOENT\)/);
  const wrong = await bare('projections', '--token', 'x', '--address', server.address);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /admin token is wrong\. The token is that of --token\. Tried .*, from --address\./);
  const typo = await ctl('audit', 'verfy');
  assert.equal(typo.code, 2);
  assert.match(typo.stderr, /verify/);
  const nobody = await bare('projections', '--token', 'x', '--address', '127.0.0.1:1');
  assert.equal(nobody.code, 1);
  assert.match(
    nobody.stderr,
    /127\.0\.0\.1:1 does not answer\. Tried 127\.0\.0\.1:1, from --address\. Start the gateway with "npm start"/,
  );
  assert.equal((await bare('projections', '--address', 'nonsense')).code, 2);
});

test('the gateway is found by its own settings: the port, the folder and the file', async () => {
  const port = server.address.slice(server.address.lastIndexOf(':') + 1);
  const run = (environment: Record<string, string>) =>
    runProgram(main, ['projections'], { cwd: tmpdir(), environment });
  // A gateway that listens at every address is found at this machine's own.
  const settings = { GATEWAY_GRPC_PORT: port, GATEWAY_GRPC_HOST: '0.0.0.0', GATEWAY_DATA_DIR: folder };
  assert.deepEqual([(await run(settings)).code, (await run(settings)).stderr], [0, '']);
  const file = join(folder, 'gateway.yaml');
  writeFileSync(file, `grpcPort: ${port}\nadminToken: ${adminToken}\n`);
  assert.equal((await run({ GATEWAY_CONFIG: file })).code, 0);
  assert.equal((await run({ GATEWAY_JOURNAL_ADDRESSES: server.address, GATEWAY_DATA_DIR: folder })).code, 0);
});

test('a gateway that does not answer is named with the setting its address comes from', async () => {
  const run = (environment: Record<string, string>) =>
    runProgram(main, ['projections', '--token', 'x'], { cwd: folder, environment });
  const file = join(folder, 'nobody.yaml');
  writeFileSync(file, 'grpcPort: 1\n');
  const tried: readonly (readonly [Record<string, string>, string])[] = [
    [{ GATEWAY_GRPC_PORT: '1' }, 'Tried 127.0.0.1:1, from GATEWAY_GRPC_PORT.'],
    [{ GATEWAY_CONFIG: file }, `Tried 127.0.0.1:1, from grpcPort in ${file}.`],
    [{ GATEWAY_GRPC_ADDRESS: '127.0.0.1:1' }, 'Tried 127.0.0.1:1, from GATEWAY_GRPC_ADDRESS.'],
  ];
  const runs = tried.map(async ([environment, text]) => {
    const { code, stderr } = await run(environment);
    assert.equal(code, 1);
    assert.ok(stderr.includes(text), stderr);
  });
  await Promise.all(runs);
  const anyPort = await run({ GATEWAY_GRPC_PORT: '0' });
  assert.equal(anyPort.code, 2);
  assert.match(anyPort.stderr, /GATEWAY_GRPC_PORT is 0, .*--address/);
  const typo = await run({ GATEWAY_GRPC_PROT: '1' });
  assert.equal(typo.code, 2);
  assert.match(typo.stderr, /GATEWAY_GRPC_PROT: unknown setting; did you mean GATEWAY_GRPC_PORT/);
});

test('the installed command runs the same program', async () => {
  const bin = join(import.meta.dirname, '../bin/gatewayctl.js');
  const { code, stdout } = await runProgram(bin, ['--help'], { cwd: folder });
  assert.equal(code, 0);
  assert.match(stdout, /Exit codes: 0 fine, 1 fault, 2 wrong usage, 3 verification failed, 4 something is stuck/);
});
