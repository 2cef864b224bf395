import { create } from '@bufbuild/protobuf';
import { BalanceSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import type { ErrorCode } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { formatUsd } from '#money/nano-usd.ts';
import { type AnyResource, factsOf, type Kind, wrap } from '#registry/kinds.ts';

/** The fields of any resource, by the names of their properties. */
export type Fields = Record<string, unknown> & { id: string };

/**
 * Resources, balances and what was done under which idempotency key, in the memory of a test. `onPut` is told of each resource
 * that is written, with what readers do not see.
 */
export function createMemoryResources(onPut: (kind: Kind, value: Fields) => void = () => undefined) {
  const resources = new Map<string, { readonly kind: Kind; readonly value: Fields; readonly version: bigint }>();
  const credits = new Map<string, bigint>();
  const done = new Map<string, string>();

  const all = (kind: Kind): Fields[] =>
    [...resources.values()].filter((each) => each.kind === kind).map(({ value }) => value);

  /** As a reader sees it: with what is computed, and without the key itself. */
  function shown(kind: Kind, value: Fields): AnyResource {
    if (kind === 'key')
      return { case: kind, value: { ...value, revoked: value['status'] === 'revoked', apiKey: '' } } as never;
    if (kind !== 'user') return { case: kind, value } as never;
    const keys = all('key').filter(({ userId }) => userId === value.id);
    const balance = balanceOf(credits.get(value.id) ?? 0n);
    return { case: kind, value: { ...value, balance, keys: keys.map((key) => shown('key', key).value) } } as never;
  }

  return {
    credits,
    done,
    all,
    shown,
    known: (kind: Kind, id: string) => resources.get(`${kind} ${id}`),
    find(kind: Kind, id: string) {
      return resources.get(`${kind} ${id}`) ?? refuse('not_found', `There is no ${kind} ${id}.`);
    },
    put(kind: Kind, value: Fields, expectedVersion?: bigint) {
      const known = resources.get(`${kind} ${value.id}`);
      const has = known?.version ?? 0n;
      if (expectedVersion !== undefined && has !== expectedVersion) {
        refuse('precondition_failed', `The ${kind} has version ${has}, not ${expectedVersion}.`);
      }
      const version = has + 1n;
      resources.set(`${kind} ${value.id}`, { kind, value, version });
      onPut(kind, value);
      return { resource: wrap(shown(kind, value)), version, isNew: known === undefined };
    },
    remove: (kind: Kind, id: string) => resources.delete(`${kind} ${id}`),
    empty: (kind: Kind, id: string) => create(factsOf(kind).schema, { id }) as unknown as Fields,
  };
}

export type MemoryResources = ReturnType<typeof createMemoryResources>;

export function refuse(code: ErrorCode, message: string): never {
  throw new Fault({ code, message });
}

export function balanceOf(nanoUsd: bigint) {
  const [usd, text] = [formatUsd(nanoUsd), String(nanoUsd)];
  return create(BalanceSchema, {
    ...{ creditedUsd: usd, availableUsd: usd, chargedUsd: '0.00', heldUsd: '0.00' },
    ...{ creditedNanoUsd: text, availableNanoUsd: text, chargedNanoUsd: '0', heldNanoUsd: '0' },
  });
}
