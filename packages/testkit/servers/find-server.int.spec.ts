import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryDataDir } from '#testkit/gateway-process.ts';
import { runProgram } from '#testkit/run-program.ts';
import { test } from '#testkit/test.ts';
import type { FoundServer } from './find-server.ts';

/** Any program does: it is found, not started. */
const PROGRAM = process.execPath;
const prober = fileURLToPath(new URL('find-server.probe.ts', import.meta.url));

/** Looks for a Redis beside a Docker daemon that does as it is told, in a process that has asked no other. */
async function findBeside(
  daemon: RequestListener,
  environment: Readonly<Record<string, string>> = {},
): Promise<FoundServer> {
  await using undo = new AsyncDisposableStack();
  const { path } = undo.use(await temporaryDataDir());
  const socket = join(path, 'docker.sock');
  const server = createServer(daemon).listen(socket);
  undo.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, 'listening');
  const { code, stdout, stderr } = await runProgram(prober, ['redis'], {
    cwd: path,
    environment: {
      HOME: path,
      DOCKER_HOST: `unix://${socket}`,
      // Else testcontainers asks the daemon for it where the tests themselves run in a container.
      TESTCONTAINERS_HOST_OVERRIDE: 'localhost',
      TEST_REDIS_SERVER: PROGRAM,
      ...environment,
    },
  });
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as FoundServer;
}

const hangs: RequestListener = () => undefined;

/** As a daemon is that has no images and reaches no registry. */
const hasNothing: RequestListener = ({ url = '' }, response) => {
  if (url.endsWith('/info')) response.end('{}');
  else if (url.includes('/images/create')) response.writeHead(500).end('{"message":"no such host"}');
  else response.writeHead(404).end('{"message":"No such image"}');
};

const hasImages: RequestListener = ({ url = '' }, response) => {
  if (url.endsWith('/info') || url.includes('/images/')) response.end('{}');
  else response.writeHead(500).end('{"message":"not asked for"}');
};

test('a Docker daemon that has the image comes before a program', async () => {
  const found = await findBeside(hasImages, { REDIS_IMAGE: 'redis:ours', TESTCONTAINERS_RYUK_DISABLED: 'true' });
  assert.deepEqual(found.own, { source: 'container', at: 'redis:ours' });
  assert.deepEqual(found.shared, found.own);
});

test('a Docker daemon that cannot provide the image is passed over, with the reason', async () => {
  const { own, missing } = await findBeside(hasNothing);
  assert.deepEqual(own, { source: 'program', at: PROGRAM });
  assert.match(missing.join(), /cannot provide redis:\S+: .*no such host/);
});

test('a Docker daemon that hangs is passed over', async () => {
  const { own, missing } = await findBeside(hangs);
  assert.deepEqual(own, { source: 'program', at: PROGRAM });
  assert.deepEqual(missing, ['no Docker daemon answers']);
});

test('a server that is given comes first for tests that only talk, and for no test that stops its server', async () => {
  const given = 'redis://somewhere';
  const { own, shared } = await findBeside(hangs, { TEST_REDIS_URL: given, TEST_SERVERS: 'programs' });
  assert.deepEqual(shared, { source: 'url', at: given });
  assert.deepEqual(own, { source: 'program', at: PROGRAM });
});

test('where there is no server, each source says why', async () => {
  const { own } = await findBeside(hasNothing, { TEST_SERVERS: 'containers' });
  assert.equal(own.source, 'none');
  assert.match(own.at, /cannot provide/);
});
