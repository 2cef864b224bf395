import {
  type DescField,
  type DescMessage,
  fromJson,
  type JsonValue,
  type MessageShape,
  toJson,
} from '@bufbuild/protobuf';
import { reflect } from '@bufbuild/protobuf/reflect';
import { type EventType, eventSchemas, type GatewayEvent } from '#contracts/events.ts';
import { type Resource, ResourceSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { replacedBy } from '#contracts/old-columns.ts';
import { isAdded, readBody } from '#contracts/parse-body.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import type { StoredEvent } from '#journal/stored-event.ts';

/** A stored event parsed by its schema, or the reason why it cannot be. */
export type ParsedEvent =
  | { readonly kind: 'conforms'; readonly event: RecordedEvent }
  | { readonly kind: 'fails'; readonly why: string };

/**
 * Parses a body strictly: a known type, the JSON form of its protobuf message, no unknown field, and every field that
 * is a message present. Fills in scalar fields that an older writer left at their default.
 */
export function parseEvent(stored: StoredEvent): ParsedEvent {
  const { type } = stored;
  if (!isEventType(type)) return { kind: 'fails', why: `there is no event type ${type}` };
  if (stored.schemaVersion !== SCHEMA_VERSION) {
    return { kind: 'fails', why: `schema version ${stored.schemaVersion} is not known, only ${SCHEMA_VERSION} is` };
  }
  try {
    const schema = eventSchemas[type];
    const json = JSON.parse(stored.body) as JsonValue;
    const message = fromJson(schema, json);
    const missing = missingList(type, json) ?? missingPart(schema, message);
    if (missing !== undefined) return { kind: 'fails', why: `${type} lacks its ${missing}` };
    const data = readBody(type, toJson(schema, message, { alwaysEmitImplicit: true }));
    return { kind: 'conforms', event: { ...stored, ...({ type, data } as unknown as GatewayEvent) } };
  } catch (thrown) {
    return { kind: 'fails', why: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

/** The only schema version of bodies so far. */
const SCHEMA_VERSION = 1;

function isEventType(type: string): type is EventType {
  return Object.hasOwn(eventSchemas, type);
}

/** A list of a usage or of prices that is not there, nor the columns that old logs have in its place. */
function missingList(type: EventType, json: JsonValue): string | undefined {
  return Object.entries(replacedBy[type] ?? {}).find(
    ([column, list]) => !Object.hasOwn(Object(json), column) && !Object.hasOwn(Object(json), list),
  )?.[1];
}

/** The path of the first absent field that is a message; undefined if all are there. */
function missingPart(schema: DescMessage, message: MessageShape<DescMessage>): string | undefined {
  // Of a resource exactly one kind is there, and an operator may leave any part of it out.
  if (schema.typeName === ResourceSchema.typeName) return (message as Resource).resource.case ? undefined : 'kind';
  const reflected = reflect(schema, message);
  for (const field of schema.fields) {
    if (field.fieldKind === 'message') {
      if (!reflected.isSet(field) && mayLack(schema, field)) continue;
      if (!reflected.isSet(field)) return field.jsonName;
      const within = missingPart(field.message, reflected.get(field).message);
      if (within !== undefined) return `${field.jsonName}.${within}`;
    }
    if (field.fieldKind === 'list' && field.listKind === 'message') {
      for (const item of reflected.get(field)) {
        const within = missingPart(field.message, (item as { message: MessageShape<DescMessage> }).message);
        if (within !== undefined) return `${field.jsonName}.${within}`;
      }
    }
  }
  return undefined;
}

/** What old logs alone have, and what they do not have yet. */
function mayLack(schema: DescMessage, field: DescField): boolean {
  return field.deprecated || isAdded(schema.name, field.jsonName);
}
