import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readPostmasterFile } from '#postgres/embedded/postmaster-file.ts';
import { startEmbeddedPostgres } from '#postgres/embedded-postgres.ts';
import { startDistributedGateway } from '#testkit/distributed-gateway.ts';
import { temporaryDataDir } from '#testkit/gateway-process.ts';
import { startTemporaryNats } from '#testkit/temporary-nats.ts';
import { cpuMsOf, cpuMsOfFamily } from '../measure/process-cpu.ts';
import type { BenchOptions } from '../options.ts';
import { type Billed, configure, createUser, readBilled } from './gateway.ts';

/** The six services, one process each or the leaders in one, over a NATS and a PostgreSQL of their own that really sync. */
export interface DistributedUnderLoad extends AsyncDisposable {
  readonly url: string;
  readonly apiKey: string;
  billed(): Promise<Billed>;
  /** CPU time in milliseconds so far, by process. */
  cpuMs(): Promise<ReadonlyMap<string, number>>;
}

/** As docker-compose.yml has it. */
const NATS_ENVIRONMENT = { GOMAXPROCS: '1' };

/** As the image has it. */
const NODE_OPTIONS = '--max-semi-space-size=8';

export async function startDistributed(
  simulatorUrl: string,
  { durability, leaders }: Pick<BenchOptions, 'durability' | 'leaders'>,
): Promise<DistributedUnderLoad> {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await temporaryDataDir()).path;
  const postgres = undo.adopt(await startEmbeddedPostgres({ dataDir: folder, log: () => undefined }), (each) =>
    each.stop(),
  );
  const nats = undo.use(await startTemporaryNats({ environment: NATS_ENVIRONMENT }));
  const gateway = undo.use(
    await startDistributedGateway({
      databaseUrl: postgres.connectionString,
      natsUrl: nats.url,
      environment: { ...(await configure(folder, simulatorUrl)), GATEWAY_DURABILITY: durability, NODE_OPTIONS },
      logFolder: folder,
      areLeadersTogether: leaders === 'together',
    }),
  );
  const url = gateway.urls[0] ?? '';
  const apiKey = await createUser({ url, adminToken: gateway.adminToken });
  const postmaster = await readPostmasterFile(join(folder, 'postgres'));
  const natsPid = await pidListeningAs(String(nats.port));
  const running = undo.move();
  return {
    url,
    apiKey,
    billed: () => readBilled(url, apiKey),
    async cpuMs() {
      const entries = gateway.processes.map(async ({ service, pid }) => [service, await cpuMsOf(pid())] as const);
      return new Map<string, number>([
        ...(await Promise.all(entries)),
        ['NATS', await cpuMsOf(natsPid)],
        ['PostgreSQL', await cpuMsOfFamily(postmaster?.pid ?? 0)],
      ]);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** The nats-server that was started with this port. */
async function pidListeningAs(port: string): Promise<number> {
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (commandLine.includes('nats-server') && commandLine.split('\0').includes(port)) return Number(pid);
  }
  throw new Error('no nats-server runs on that port');
}
