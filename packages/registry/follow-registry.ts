import type { EventType } from '#contracts/events.ts';
import { type Followable, follow } from '#journal/following.ts';
import type { Subscription } from '#journal/journal.ts';
import { policyEventTypes } from './changes.ts';
import type { AnyResource } from './kinds.ts';
import { createRegistry, type Registry } from './registry.ts';

/** Where a registry begins: every resource in force, and the position of the log at which they are. */
export interface PolicySnapshot {
  read(add: (resource: AnyResource) => void): Promise<{ readonly position: number }>;
}

/** A registry that the log keeps up to date. Its position moves with every event, of policy or not. */
export interface FollowedRegistry extends Registry, Pick<Subscription, 'reached' | 'close'> {}

const types: ReadonlySet<EventType> = new Set(policyEventTypes);

/** Nothing: the whole log is folded. */
export const noSnapshot: PolicySnapshot = { read: async () => ({ position: 0 }) };

/** Reads the snapshot and follows the log from there. Rejects where the snapshot cannot be read. */
export async function followRegistry(
  journal: Followable,
  { name, snapshot }: { readonly name: string; readonly snapshot: PolicySnapshot },
): Promise<FollowedRegistry> {
  const found: AnyResource[] = [];
  const { position: afterPosition } = await snapshot.read((resource) => found.push(resource));
  const registry = createRegistry(afterPosition);
  for (const resource of found) registry.load(resource);
  const { position, reached, close } = follow(journal, { name, afterPosition, types, fold: registry.take });
  return { ...registry, position, reached, close };
}
