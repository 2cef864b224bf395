import type pg from 'pg';
import type { Followable } from '#journal/following.ts';
import { type FollowedRegistry, followRegistry } from '#registry/follow-registry.ts';
import type { Host } from './host.ts';
import { policySnapshotFor } from './policy-snapshot.ts';
import type { ServiceModule } from './service-module.ts';

/** Policy in this process' memory: opened by the first call, for all. A failure is tried again by the next call. */
export function registryOf(
  host: Host,
  modules: readonly ServiceModule[],
  journal: Followable,
  poolOf: (module: ServiceModule) => pg.Pool,
): () => Promise<FollowedRegistry> {
  let opening: Promise<FollowedRegistry> | undefined;

  async function open(): Promise<FollowedRegistry> {
    const snapshot = policySnapshotFor(host, modules, poolOf);
    const opened = await followRegistry(journal, { name: `${host.name}.registry`, snapshot });
    host.stack.defer(() => opened.close());
    return opened;
  }

  return () => {
    opening ??= open().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
}
