import type { Message } from '@bufbuild/protobuf';
import { Fault } from '#errors/fault.ts';
import { factsOf, type Kind, unwrap } from '#registry/kinds.ts';
import type { AdminCalls } from '../administration.ts';
import { listAll } from '../list-all.ts';
import { comparableName, matchFields } from './policy-kinds.ts';

/** A resource as the gateway has it. */
export interface Found {
  readonly id: string;
  readonly message: Message;
  readonly version: bigint;
}

/** What the gateway has, as far as a policy file needs to know it. Reads each list once. */
export interface GatewayState {
  get(kind: Kind, id: string): Promise<Found | undefined>;
  /** The ids of those with a name, or an e-mail; of users without those that are deleted. */
  idsNamed(kind: Kind, name: string): Promise<readonly string[]>;
  all(kind: Kind): Promise<readonly Message[]>;
}

export function gatewayState(calls: Pick<AdminCalls, 'get' | 'list'>): GatewayState {
  const lists = new Map<string, Promise<readonly Message[]>>();
  const list = (kind: Kind, filters: Readonly<Record<string, string>>): Promise<readonly Message[]> => {
    const key = JSON.stringify([kind, filters]);
    const known = lists.get(key) ?? listAll(calls, kind, filters);
    lists.set(key, known);
    return known;
  };
  return {
    async get(kind, id) {
      try {
        const { resource, version } = await calls.get({ kind, id });
        const found = resource && unwrap(resource);
        return found && { id, message: found.value, version };
      } catch (thrown) {
        if (thrown instanceof Fault && thrown.code === 'not_found') return undefined;
        throw thrown;
      }
    },
    async idsNamed(kind, name) {
      const field = matchFields[kind] ?? 'name';
      const hasFilter = factsOf(kind).options.filters.includes(field);
      const found = await list(kind, hasFilter ? { [field]: name } : {});
      return found
        .filter(
          (message) =>
            comparableName(kind, valueIn(message, field)) === comparableName(kind, name) && !isDeleted(message),
        )
        .map(idOf);
    },
    all: async (kind) => (await list(kind, {})).filter((message) => !isDeleted(message)),
  };
}

export function idOf(message: Message): string {
  return String(valueIn(message, 'id'));
}

/** The value of a property of any resource. */
export function valueIn(message: Message, property: string): unknown {
  return (message as unknown as Readonly<Record<string, unknown>>)[property];
}

function isDeleted(message: Message): boolean {
  return valueIn(message, 'status') === 'deleted';
}
