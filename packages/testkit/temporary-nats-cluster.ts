import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { temporaryDataDir } from './gateway-process.ts';
import { serverProcess } from './server-process.ts';
import { docker } from './servers/docker.ts';
import { ownServer } from './servers/found-servers.ts';
import { runLabels } from './servers/leftovers.ts';
import type { OwnServer } from './servers/own-server.ts';
import { isNatsReady } from './servers/ready.ts';
import { serverContainer } from './servers/server-container.ts';
import { serverKinds } from './servers/server-kinds.ts';
import { type CertificateFiles, makeCertificate } from './temporary-authority.ts';
import { NATS_CONFIGURATION } from './temporary-nats.ts';

/** Three real NATS servers over TLS, as infra/nats/cluster.conf has them. */
export interface TemporaryNatsCluster extends AsyncDisposable {
  readonly servers: readonly OwnServer[];
  readonly urls: readonly string[];
  /** Signed the certificate of all three. */
  readonly caFile: string;
}

/** By these names they know each other. */
const names = ['nats-1', 'nats-2', 'nats-3'];
const ROUTE_PORT = 6222;

/** Starts them. `environment` has the passwords of permissions.conf. */
export async function startTemporaryNatsCluster(
  environment: Readonly<Record<string, string>>,
): Promise<TemporaryNatsCluster> {
  const { source, at } = await ownServer('nats');
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await temporaryDataDir()).path;
  const certificate = makeCertificate(folder, 'nats', names);
  const servers =
    source === 'container'
      ? await inContainers(at, certificate, environment, undo)
      : await asPrograms(at, folder, certificate, environment, undo);
  // One alone takes no client until it knows a second.
  await Promise.all(servers.map((server) => server.start()));
  const running = undo.move();
  return {
    servers,
    urls: servers.map(({ host, port }) => `tls://${host}:${port}`),
    caFile: certificate.caFile,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** With cluster.conf as it is, on a network where the names mean something. */
async function inContainers(
  image: string,
  certificate: CertificateFiles,
  environment: Readonly<Record<string, string>>,
  undo: AsyncDisposableStack,
): Promise<OwnServer[]> {
  const network = `gateway-nats-${randomBytes(8).toString('hex')}`;
  const created = await (await docker()).network.create({ Name: network, Labels: runLabels() });
  undo.defer(() => created.remove());
  const routes = JSON.stringify(names.map((name) => `nats://${name}:${ROUTE_PORT}`));
  const files = [
    ...['cluster.conf', 'permissions.conf'].map((file) => ({
      source: join(NATS_CONFIGURATION, file),
      target: `/etc/nats/${file}`,
    })),
    { source: certificate.certFile, target: '/etc/nats/tls/server.pem' },
    { source: certificate.keyFile, target: '/etc/nats/tls/server.key' },
    { source: certificate.caFile, target: '/etc/nats/tls/ca.pem' },
  ];
  return Promise.all(
    names.map(async (name) => {
      const port = await freePort();
      const server = await serverContainer({
        image,
        port,
        containerPort: serverKinds.nats.containerPort,
        // Clients are outside of the network, where they cannot reach the addresses that the servers know of themselves.
        command: ['-c', '/etc/nats/cluster.conf', '--client_advertise', `127.0.0.1:${port}`],
        environment: { ...environment, NATS_SERVER_NAME: name, NATS_ROUTES: routes },
        files,
        network: { name: network, alias: name },
        isReady: isNatsReady,
      });
      return undo.use(server);
    }),
  );
}

/** With cluster.conf but for its ports and paths, which are other on one machine. */
async function asPrograms(
  program: string,
  folder: string,
  certificate: CertificateFiles,
  environment: Readonly<Record<string, string>>,
  undo: AsyncDisposableStack,
): Promise<OwnServer[]> {
  const places = await Promise.all(names.map(async () => ({ client: await freePort(), route: await freePort() })));
  const routes = JSON.stringify(places.map(({ route }) => `nats://127.0.0.1:${route}`));
  return Promise.all(
    places.map(async ({ client, route }, index) => {
      const name = names[index] ?? '';
      const home = join(folder, name);
      await mkdir(home);
      const configuration = (await readFile(join(NATS_CONFIGURATION, 'cluster.conf'), 'utf8'))
        .replaceAll(/^#.*$/gm, '')
        .replace('port: 4222', `host: 127.0.0.1\nport: ${client}`)
        .replace('http: 127.0.0.1:8222\n', '')
        .replace(`port: ${ROUTE_PORT}`, `host: 127.0.0.1\n  port: ${route}`)
        .replace('store_dir: /data', `store_dir: ${home}`)
        .replaceAll('/etc/nats/tls/server.pem', certificate.certFile)
        .replaceAll('/etc/nats/tls/server.key', certificate.keyFile)
        .replaceAll('/etc/nats/tls/ca.pem', certificate.caFile);
      if (/\/etc\/nats|\b6222\b|\/data\b/.test(configuration))
        throw new Error('cluster.conf has what this does not know');
      await writeFile(join(home, 'cluster.conf'), configuration);
      await writeFile(join(home, 'permissions.conf'), await readFile(join(NATS_CONFIGURATION, 'permissions.conf')));
      const server = serverProcess(client, program, ['-c', join(home, 'cluster.conf')], {
        ...environment,
        NATS_SERVER_NAME: name,
        NATS_ROUTES: routes,
      });
      undo.defer(() => server.stop('SIGKILL'));
      return server;
    }),
  );
}
