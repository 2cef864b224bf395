import type { Payer } from '#contracts/admin-needs.ts';
import type { Registry } from '#registry/registry.ts';
import type { AlertSubject } from '../../../domain/alert/alert-message.ts';
import type { RuleReadings } from '../../../domain/alert/reading.ts';
import type { DownSince } from '../../../domain/alert/readings/provider-down.ts';
import type { Rule } from '../../../domain/alert/readings/rule.ts';
import type { AlertTables, Neighbours } from '../../../ports.ts';

/** What a look is made with. */
export interface LookParts {
  readonly registry: Pick<Registry, 'get' | 'all'>;
  readonly neighbours: Neighbours;
  readonly tables: Pick<AlertTables, 'spendingOf'>;
  readonly nowMs: number;
  /** Subjects of the rule's alerts that are firing. */
  readonly firing: readonly string[];
  readonly memory: LookMemory;
}

/** What looks know of earlier ones. It may be lost: an alert then comes later, and none comes twice. */
export interface LookMemory {
  downSince: DownSince;
  /** What keys spent in their own hours, by key, up to the hour that each was read for. */
  readonly hoursOfKeys: Map<string, { readonly toMs: number; readonly hoursNanoUsd: readonly bigint[] }>;
}

/** Looks at what one rule watches. Rejects where whoever knows it cannot be asked. */
export type Look = (rule: Rule, parts: LookParts) => Promise<Omit<RuleReadings, 'ruleId'>>;

/** As many as quota tells of at once. */
const ASKED_AT_ONCE_MAX = 1_000;

/** Asks about many things in pieces that the other side takes. */
export async function inPieces<T, R>(
  asked: readonly T[],
  ask: (piece: readonly T[]) => Promise<readonly R[]>,
): Promise<readonly R[]> {
  const found: R[] = [];
  for (let at = 0; at < asked.length; at += ASKED_AT_ONCE_MAX) {
    found.push(...(await ask(asked.slice(at, at + ASKED_AT_ONCE_MAX))));
  }
  return found;
}

/** The port of a neighbour. Throws where it cannot be asked from here. */
export function present<T>(port: T | undefined, who: string): T {
  if (port === undefined) throw new Error(`${who} cannot be asked from here`);
  return port;
}

/** A subject with the name that an alert may tell: of a user it may tell none. */
export function subjectOf(registry: Pick<Registry, 'get'>, kind: Payer['kind'] | 'key', id: string): AlertSubject {
  const name = kind === 'user' ? '' : (registry.get(kind, id)?.name ?? '');
  return { kind, id, name };
}
