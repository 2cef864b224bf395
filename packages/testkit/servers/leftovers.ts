import { hostname } from 'node:os';
import { isAlive } from '#testkit/is-alive.ts';
import { docker } from './docker.ts';

const RUN_LABEL = 'ai-api-gateway.test-run';
const HOST_LABEL = 'ai-api-gateway.test-host';

/** The process that the tests began with: what it leaves is nobody's once it has ended. */
export const RUN_VARIABLE = 'TEST_RUN';

/** What every container and network of a test has. The machine's name is in it, since a daemon may serve several. */
export function runLabels(): Record<string, string> {
  return { [RUN_LABEL]: process.env[RUN_VARIABLE] ?? String(process.pid), [HOST_LABEL]: hostname() };
}

/** Removes the containers and networks of runs that were killed, and of this one if it `hasEnded`. */
export async function removeLeftovers(options: { readonly hasEnded: boolean }): Promise<void> {
  const { dockerode } = (await docker()).container;
  const ours = runLabels()[RUN_LABEL];
  const filters = { label: [RUN_LABEL, `${HOST_LABEL}=${hostname()}`] };
  const isLeft = ({ Labels }: { readonly Labels?: Readonly<Record<string, string>> | undefined }): boolean => {
    const run = Labels?.[RUN_LABEL] ?? '';
    return run === ours ? options.hasEnded : !isAlive(Number(run));
  };
  for (const { Id } of (await dockerode.listContainers({ all: true, filters })).filter(isLeft)) {
    await dockerode.getContainer(Id).remove({ force: true, v: true }).catch(unlessGone);
  }
  for (const { Id } of (await dockerode.listNetworks({ filters })).filter(isLeft)) {
    await dockerode.getNetwork(Id).remove().catch(unlessGone);
  }
}

const NOT_FOUND = 404;
/** Somebody else is removing it already. */
const IN_PROGRESS = 409;

function unlessGone(error: unknown): void {
  const status = (error as { readonly statusCode?: number }).statusCode;
  if (status !== NOT_FOUND && status !== IN_PROGRESS) throw error;
}
