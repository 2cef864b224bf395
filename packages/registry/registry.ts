import type { GatewayEvent } from '#contracts/events.ts';
import { type Change, changeOf } from './changes.ts';
import { type AnyResource, emptyResource, type Kind, kinds, type ResourceOf } from './kinds.ts';

/** Policy as a process sees it: every resource in force, in memory, folded from the log. */
export interface Registry {
  get<K extends Kind>(kind: K, id: string): ResourceOf<K> | undefined;
  /** In no order that means anything. */
  all<K extends Kind>(kind: K): IterableIterator<ResourceOf<K>>;
  /** What holds for the whole gateway; empty fields where nothing was set. */
  settings(): ResourceOf<'settings'>;
  /** The position of the last event that was folded. */
  position(): number;
  /** Told of each change of a kind from now on, after it: what was before, and what is now; undefined: nothing. */
  watch<K extends Kind>(kind: K, watcher: Watcher<K>): void;
}

export type Watcher<K extends Kind> = (before: ResourceOf<K> | undefined, after: ResourceOf<K> | undefined) => void;

/** A registry, and the two ways into it. */
export interface RegistryFold extends Registry {
  /** A resource of the snapshot that the registry begins with. */
  load(resource: AnyResource): void;
  /** The log's next events, of any type; those at or below the position are passed over. */
  take(events: readonly (GatewayEvent & { readonly position: number })[]): void;
}

/** The id of the one resource of a kind that has only one. */
export const SINGLE_ID = 'default';

/** An empty registry that stands at a position of the log. */
export function createRegistry(startPosition = 0): RegistryFold {
  const resources = new Map(Array.from(kinds.keys(), (kind) => [kind, new Map<string, ResourceOf<Kind>>()]));
  const watchers = new Map<string, Watcher<Kind>[]>();
  const nothingSet = emptyResource('settings', SINGLE_ID);
  let position = startPosition;

  function ofKind(kind: string): Map<string, ResourceOf<Kind>> {
    const map = resources.get(kind);
    if (map === undefined) throw new Error(`there is no kind ${kind}`);
    return map;
  }

  function put(kind: Kind, id: string, after: ResourceOf<Kind> | undefined): void {
    const map = ofKind(kind);
    const before = map.get(id);
    if (after === undefined) map.delete(id);
    else map.set(id, after);
    for (const watcher of watchers.get(kind) ?? []) watcher(before, after);
  }

  function apply(change: Change): void {
    if (change.type === 'removed') put(change.kind, change.id, undefined);
    else if (change.type === 'revoked') put('key', change.id, undefined);
    else
      put(change.resource.case, change.resource.value.id, isOver(change.resource) ? undefined : change.resource.value);
  }

  return {
    get: <K extends Kind>(kind: K, id: string) => ofKind(kind).get(id) as ResourceOf<K> | undefined,
    all: <K extends Kind>(kind: K) => ofKind(kind).values() as IterableIterator<ResourceOf<K>>,
    settings: () => (ofKind('settings').get(SINGLE_ID) as ResourceOf<'settings'> | undefined) ?? nothingSet,
    position: () => position,
    watch: <K extends Kind>(kind: K, watcher: Watcher<K>) => {
      watchers.set(kind, [...(watchers.get(kind) ?? []), watcher as unknown as Watcher<Kind>]);
    },
    load: (resource) => apply({ type: 'set', resource }),
    take(events) {
      for (const event of events) {
        if (event.position <= position) continue;
        const change = changeOf(event);
        if (change !== undefined) apply(change);
        position = event.position;
      }
    },
  };
}

/** Users, keys and tokens that have ended stay in the books and are in force no more. */
export function isOver({ case: kind, value }: AnyResource): boolean {
  switch (kind) {
    case 'user':
      return value.status === 'deleted';
    case 'key':
    case 'token':
      return value.status === 'revoked';
    default:
      return false;
  }
}
