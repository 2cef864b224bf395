import type { GatewayEvent } from '#contracts/events.ts';
import { changeOf } from '#registry/changes.ts';
import type { AnyResource } from '#registry/kinds.ts';

/** What a resource's stream says of it. Money that was credited in the same stream changes nothing here. */
export interface ResourceState {
  /** As it is now; undefined: never set, or removed. */
  readonly current: AnyResource | undefined;
  /** As it was first set: what a repeated creation is compared with. */
  readonly first: AnyResource | undefined;
  /** As it last was, be it removed or not. */
  readonly last: AnyResource | undefined;
  /** The place in the stream of the event that made it what it is; 0: none. */
  readonly version: number;
}

export const neverSet: ResourceState = { current: undefined, first: undefined, last: undefined, version: 0 };

/** Folds the events of a resource's stream. */
export function evolve(state: ResourceState, event: GatewayEvent & { readonly version: number }): ResourceState {
  const change = changeOf(event);
  if (change === undefined) return state;
  const { version } = event;
  switch (change.type) {
    case 'set': {
      const { resource } = change;
      return { current: resource, first: state.first ?? resource, last: resource, version };
    }
    case 'removed':
      return { ...state, current: undefined, version };
    case 'revoked': {
      const revoked = revokedKey(state.current);
      return { ...state, current: revoked, last: revoked, version };
    }
  }
}

function revokedKey(key: AnyResource | undefined): AnyResource {
  if (key?.case !== 'key') throw new Error('the stream of a key revokes it before creating it');
  return { case: 'key', value: { ...key.value, status: 'revoked' } };
}
