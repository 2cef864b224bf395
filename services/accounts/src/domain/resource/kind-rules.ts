import type { Refusal } from '#errors/error-table.ts';
import type { Kind, ResourceOf } from '#registry/kinds.ts';
import type { Registry } from '#registry/registry.ts';
import type { VerbCommand } from './command.ts';

/** What a decision sees beside the command and the stream. */
export interface DecisionContext {
  readonly registry: Pick<Registry, 'get' | 'all'>;
  readonly nowMs: number;
  /** By which the same e-mail is found again, in whatever case it is written. */
  readonly emailDigest: (email: string) => string;
  /** The id of the user that has an e-mail; undefined: nobody. */
  readonly emailOwner: (digest: string) => string | undefined;
  /** Of the secret that the command gives out, where it gives one out. */
  readonly secret: { readonly hash: string; readonly prefix: string };
  /** Why a reference to a provider's key leads where none is, and what to do; undefined: it may. */
  readonly keyReferenceFault: (reference: string) => string | undefined;
  /** Where a provider or a price comes from. */
  readonly source: string;
  /** The command is an owner's. */
  readonly isOwners: boolean;
}

/** The rules that one kind has of its own. A row for each kind stands in `rules.ts`. */
export interface KindRules<K extends Kind> {
  /**
   * The resource with its defaults, and with what the gateway keeps of it.
   *
   * @param before undefined: it is created.
   * @param last As it last was, where it was removed before.
   */
  readonly settle?: (
    next: ResourceOf<K>,
    before: ResourceOf<K> | undefined,
    context: DecisionContext,
    last: ResourceOf<K> | undefined,
  ) => ResourceOf<K>;
  /**
   * Why the resource may not be so; undefined: it may.
   *
   * @param fields Those that the command gives; empty: all.
   */
  readonly problem?: (
    next: ResourceOf<K>,
    before: ResourceOf<K> | undefined,
    context: DecisionContext,
    fields: readonly string[],
  ) => Refusal | undefined;
  /** Why it changes no more; undefined: it may change. */
  readonly final?: (before: ResourceOf<K>) => Refusal | undefined;
  /** What stays of it in the books once it is deleted. Absent: nothing. */
  readonly ended?: (before: ResourceOf<K>) => ResourceOf<K>;
  readonly verbs?: {
    readonly [V in VerbCommand['type']]?: (
      before: ResourceOf<K>,
      command: Extract<VerbCommand, { type: V }>,
      context: DecisionContext,
    ) => ResourceOf<K>;
  };
}
