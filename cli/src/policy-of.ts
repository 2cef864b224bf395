import type { AnyResource, Kind } from '#registry/kinds.ts';
import { createRegistry, type Registry } from '#registry/registry.ts';
import type { AdminCalls } from './administration.ts';
import { listAll } from './list-all.ts';

/** Every resource of some kinds that a gateway has, as its own processes look policy up. */
export async function policyOf(calls: Pick<AdminCalls, 'list'>, kinds: readonly Kind[]): Promise<Registry> {
  const registry = createRegistry();
  for (const kind of kinds) {
    for (const value of await listAll(calls, kind)) registry.load({ case: kind, value } as AnyResource);
  }
  return registry;
}
