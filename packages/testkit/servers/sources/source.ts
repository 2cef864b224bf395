import type { ServerKind } from '../server-kinds.ts';

export type SourceName = 'url' | 'container' | 'program' | 'debian';

/** Where a server for the tests can come from. */
export interface Source {
  readonly name: SourceName;
  /** Nobody else uses what this source gives, so a test may stop, freeze and wipe it. */
  readonly isOwn: boolean;
  find(kind: ServerKind): Promise<Finding>;
}

/** `at`: the address, the image or the program. `missing`: why this source has none, for people. */
export type Finding = { readonly at: string } | { readonly missing: string };
