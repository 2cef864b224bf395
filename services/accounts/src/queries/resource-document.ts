import { type JsonValue, toJson } from '@bufbuild/protobuf';
import type { JsonObject } from '#kernel/json.ts';
import { resourceFromJson } from '#registry/changes.ts';
import { factsOf } from '#registry/kinds.ts';
import type { Logger } from '#telemetry/logger.ts';
import { openUser } from '../adapters/user-seals.ts';
import { shown } from '../domain/resource/shown.ts';

/** A resource as an event had it. */
export interface KeptState {
  readonly kind: string;
  readonly state: JsonObject;
  /** Of users; null: the person is forgotten. */
  readonly subjectKey: Buffer | null;
}

/**
 * A resource of a time as a document: without hashes and secrets, with the status of that time, and with personal data for as long
 * as there is a key for it. Undefined: of a kind of a later gateway.
 */
export function documentOf(
  { kind, state, subjectKey }: KeptState,
  atMs: number,
  logger: Pick<Logger, 'error'>,
): Readonly<Record<string, JsonValue>> | undefined {
  const resource = resourceFromJson({ [kind]: state });
  if (resource === undefined) return undefined;
  const opened =
    resource.case === 'user'
      ? ({ case: 'user', value: openUser(resource.value, subjectKey ?? undefined, logger) } as const)
      : resource;
  const { value } = shown(opened, atMs);
  return toJson(factsOf(resource.case).schema, value, { useProtoFieldName: true }) as Record<string, JsonValue>;
}
