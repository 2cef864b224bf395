import { create, fromJson, type JsonValue, toJson } from '@bufbuild/protobuf';
import type { EventBodies, EventType, GatewayEvent } from '#contracts/events.ts';
import {
  ApiKeySchema,
  type ResourceJson,
  ResourceSchema,
  UserSchema,
} from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { multiplierText } from '#money/multiplier.ts';
import { type AnyResource, isKind, type Kind, unwrap } from './kinds.ts';

/** The events that policy is folded from. The three of old logs set resources as well. */
export const policyEventTypes = [
  'ResourceSet',
  'ResourceRemoved',
  'UserCreated',
  'ApiKeyCreated',
  'ApiKeyRevoked',
] as const satisfies readonly EventType[];

/** What an event does to one resource. */
export type Change =
  | { readonly type: 'set'; readonly resource: AnyResource }
  | { readonly type: 'removed'; readonly kind: Kind; readonly id: string }
  /** Of old logs: an API key ended. */
  | { readonly type: 'revoked'; readonly id: string };

/** What an event does to policy; undefined: nothing. Kinds of a later gateway are passed over. */
export function changeOf(event: GatewayEvent): Change | undefined {
  switch (event.type) {
    case 'ResourceSet': {
      const resource = resourceFromJson(event.data.resource);
      return resource && { type: 'set', resource };
    }
    case 'ResourceRemoved': {
      const { kind, id } = event.data;
      return isKind(kind) ? { type: 'removed', kind, id } : undefined;
    }
    case 'UserCreated':
      return { type: 'set', resource: userOf(event.data) };
    case 'ApiKeyCreated':
      return { type: 'set', resource: keyOf(event.data) };
    case 'ApiKeyRevoked':
      return { type: 'revoked', id: event.data.keyId };
    default:
      return undefined;
  }
}

/** A resource from its JSON in the log or a table; undefined: of a kind of a later gateway. Fields of its time are passed over. */
export function resourceFromJson(json: unknown): AnyResource | undefined {
  return unwrap(fromJson(ResourceSchema, (json ?? {}) as JsonValue, { ignoreUnknownFields: true }));
}

/** A resource as an event has it, every field written out. */
export function resourceToJson(resource: AnyResource): ResourceJson {
  const message = create(ResourceSchema, { resource: { ...resource } as never });
  return toJson(ResourceSchema, message, { alwaysEmitImplicit: true }) as ResourceJson;
}

function userOf(data: EventBodies['UserCreated']): AnyResource {
  const value = create(UserSchema, {
    id: data.userId,
    status: 'active',
    sealed: data.sealedProfile,
    requestsPerMinute: data.requestsPerMinute,
    multiplier: multiplierText(data.multiplierBasisPoints),
    createdAt: timeText(data.createdAtMs),
  });
  return { case: 'user', value };
}

function keyOf(data: EventBodies['ApiKeyCreated']): AnyResource {
  const value = create(ApiKeySchema, {
    id: data.keyId,
    userId: data.userId,
    name: data.name,
    status: 'active',
    prefix: data.prefix,
    keyHash: data.keyHash,
    createdAt: timeText(data.createdAtMs),
  });
  return { case: 'key', value };
}

function timeText(timeMs: string): string {
  return new Date(Number(timeMs)).toISOString();
}
