import type { AnyResource, Kind } from '#registry/kinds.ts';

/** What is done to one resource. */
export type ResourceCommand =
  | { readonly type: 'create'; readonly resource: AnyResource }
  /** `fields`: those to change, as the proto names them; empty: all, as of a resource that is replaced. */
  | { readonly type: 'update'; readonly resource: AnyResource; readonly fields: readonly string[] }
  | { readonly type: 'delete' }
  | VerbCommand;

/** A command that only some kinds have. */
export type VerbCommand =
  | { readonly type: 'suspend' }
  | { readonly type: 'resume' }
  | { readonly type: 'pause' }
  | { readonly type: 'revoke' }
  | { readonly type: 'rotate'; readonly overlapMs: number };

export interface ResourceTask {
  readonly kind: Kind;
  readonly id: string;
  readonly command: ResourceCommand;
  /** The version that the command was made from; 0: nothing was there; undefined: whatever there is. */
  readonly expectedVersion: number | undefined;
}
