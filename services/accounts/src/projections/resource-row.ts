import type { GatewayEvent } from '#contracts/events.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import type { JsonObject } from '#kernel/json.ts';
import { changeOf, resourceToJson } from '#registry/changes.ts';

/** A resource as it stands in the table. */
export interface ResourceRow {
  readonly kind: string;
  readonly id: string;
  /** As in the event. */
  readonly state: JsonObject;
  readonly version: number | bigint;
  readonly position: number | bigint;
  readonly createdAtMs: number | bigint;
  readonly changedAtMs: number | bigint;
  readonly removedAtMs: number | bigint | null;
}

/** The resource that an event is about; undefined: none. A kind of a later gateway is kept for it. */
export function resourceOf(event: GatewayEvent): { readonly kind: string; readonly id: string } | undefined {
  switch (event.type) {
    case 'ResourceSet': {
      const { kind, state } = inEvent(event.data.resource);
      return { kind, id: String(state['id'] ?? '') };
    }
    case 'ResourceRemoved':
      return { kind: event.data.kind, id: event.data.id };
    case 'UserCreated':
      return { kind: 'user', id: event.data.userId };
    case 'ApiKeyCreated':
    case 'ApiKeyRevoked':
      return { kind: 'key', id: event.data.keyId };
    default:
      return undefined;
  }
}

/** The row after an event; undefined: the event is about no resource, or ends one that never was. */
export function nextRow(before: ResourceRow | undefined, event: RecordedEvent): ResourceRow | undefined {
  const { version, position } = event;
  switch (event.type) {
    case 'ResourceSet':
      return rowOf(event.data.resource, Number(event.data.setAtMs), event);
    case 'UserCreated':
    case 'ApiKeyCreated': {
      const change = changeOf(event);
      if (change?.type !== 'set') return undefined;
      return rowOf(resourceToJson(change.resource), Number(event.data.createdAtMs), event);
    }
    case 'ApiKeyRevoked': {
      if (before === undefined) return undefined;
      const state = { ...before.state, status: 'revoked' };
      return { ...before, state, version, position, changedAtMs: Number(event.data.revokedAtMs) };
    }
    case 'ResourceRemoved': {
      if (before === undefined) return undefined;
      const removedAtMs = Number(event.data.removedAtMs);
      return { ...before, version, position, changedAtMs: removedAtMs, removedAtMs };
    }
    default:
      return undefined;
  }
}

function rowOf(resource: object | undefined, changedAtMs: number, { version, position }: RecordedEvent): ResourceRow {
  const { kind, state } = inEvent(resource);
  const createdAtMs = Date.parse(String(state['createdAt'] ?? ''));
  return {
    kind,
    id: String(state['id'] ?? ''),
    state,
    version,
    position,
    // There is one of each kind that has no time of creation, so nothing sorts by it.
    createdAtMs: Number.isNaN(createdAtMs) ? 0 : createdAtMs,
    changedAtMs,
    removedAtMs: null,
  };
}

function inEvent(resource: object | undefined): { readonly kind: string; readonly state: JsonObject } {
  const [[kind, state] = ['', {}]] = Object.entries(resource ?? {});
  return { kind, state };
}
