import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { GatewayEvent } from '#contracts/events.ts';
import { ResourceSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { resourceToJson } from '#registry/changes.ts';
import { type Kind, unwrap } from '#registry/kinds.ts';

type Case = NonNullable<MessageInitShape<typeof ResourceSchema>['resource']>;

/** A resource as a spec tells it; what it does not tell is empty. */
export type Fields<K extends Kind> = NonNullable<Extract<Case, { case: K }>['value']>;

/** As accounts writes it, by the gateway's own token. */
export function resourceSet<K extends Kind>(
  kind: K,
  fields: Fields<K> & { readonly id: string },
): GatewayEvent<'ResourceSet'> {
  const resource = unwrap(create(ResourceSchema, { resource: { case: kind, value: fields } as Case }));
  if (resource === undefined) throw new Error(`no resource of kind ${kind}`);
  const by = { actor: 'bootstrap', role: 'owner', action: 'update', address: '', requestId: '' };
  return { type: 'ResourceSet', data: { resource: resourceToJson(resource), by, setAtMs: '0' } };
}

export function resourceRemoved(kind: Kind, id: string): GatewayEvent<'ResourceRemoved'> {
  const by = { actor: 'bootstrap', role: 'owner', action: 'delete', address: '', requestId: '' };
  return { type: 'ResourceRemoved', data: { kind, id, by, removedAtMs: '0' } };
}
