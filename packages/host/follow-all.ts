import type { RemoteJournal } from '#clients/journal/connect-journal.ts';
import type { Following } from '#journal/following.ts';
import type { BegunTerm } from '#leadership/begin-term.ts';
import type { Host } from './host.ts';
import type { Databases } from './open-databases.ts';
import type { ServiceModule } from './service-module.ts';
import { unlessStopped, waitFor } from './wait-for.ts';
import { watchFollowing } from './watch-following.ts';

/** The folds that a standby's modules follow. */
export interface Followings {
  of(module: ServiceModule): Following | undefined;
  /** Resolves when each fold has the log up to the beginning of its term. */
  caughtUp(terms: ReadonlyMap<ServiceModule, BegunTerm>): Promise<void>;
}

/**
 * The standbys' halves of the modules. They load and reach the log's end before this process stands for election, and
 * follow the log while it stands by. In a process with the log's writer this waits until the process leads: it then
 * loads the tables and follows the log that it writes itself.
 */
export async function followAll(
  host: Host,
  modules: readonly ServiceModule[],
  databases: Databases,
  log: RemoteJournal,
): Promise<Followings> {
  const followings = new Map<ServiceModule, Following>();
  const stopWatching: (() => void)[] = [];
  for (const module of modules) {
    const following = await module.follow?.({
      pool: databases.of(module).pool,
      journal: { subscribe: log.subscribe },
    });
    if (following === undefined) continue;
    followings.set(module, following);
    host.stack.defer(() => following.close());
    const stop = watchFollowing({ ...host, name: module.name }, log, following);
    stopWatching.push(stop);
    host.stack.defer(stop);
    host.beforeMetrics(() => {
      host.metrics.logPosition.set(log.knownHead());
      host.metrics.consumerLag.set({ consumer: following.name }, Math.max(0, log.knownHead() - following.position()));
    });
  }
  const reached = async (positionOf: (module: ServiceModule) => number): Promise<void> => {
    for (const [module, following] of followings) await unlessStopped(following.reached(positionOf(module)), host);
  };
  const positions = (): number[] => [...followings.values()].map((following) => following.position());
  if (followings.size > 0) {
    const head = await waitFor('the log', log.head, host);
    await reached(() => head);
    host.logger.info({ positions: positions() }, 'the log is folded');
  }
  return {
    of: (module) => followings.get(module),
    async caughtUp(terms) {
      if (followings.size === 0) return;
      // Asking for the head makes the folds read missing events now, instead of when the bus brings them.
      await waitFor('the log', log.head, host);
      await reached((module) => terms.get(module)?.position ?? 0);
      host.logger.info({ positions: positions() }, 'the log is folded up to the term');
      for (const stop of stopWatching) stop();
    },
  };
}
