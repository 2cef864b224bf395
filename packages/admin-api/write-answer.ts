import { create, type DescField, type DescMessage, isMessage, type Message } from '@bufbuild/protobuf';
import type { AdminMethod, AdminOutput } from '#contracts/admin.ts';
import {
  AdminService,
  DeleteResponseSchema,
  ListResponseSchema,
  UpdateResponseSchema,
} from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import type { Resource } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { kinds, unwrap } from '#registry/kinds.ts';
import type { AdminCommand } from './admin-command.ts';
import { type Document, isShownOnce, writeOutput } from './write-output.ts';

/** What a command is answered with. */
export interface CommandAnswer {
  readonly status: number;
  /** undefined: nothing is left to be shown. */
  readonly document: Document | undefined;
  /** To be given with the next change; undefined: it has none. */
  readonly version: bigint | undefined;
  /** It holds a key that is shown this once. */
  readonly isSecret: boolean;
}

const STATUS_CREATED = 201;
const STATUS_EMPTY = 204;

/** The answer of a command as a document. */
export function writeAnswer(
  command: AdminCommand,
  output: AdminOutput<AdminMethod>,
  params: Readonly<Record<string, string>> = {},
): CommandAnswer {
  const message = create(AdminService.method[command.method].output, output as never) as Message;
  return command.kind === undefined
    ? ownAnswer(command, message, params)
    : resourceAnswer(command, command.kind.schema, message);
}

function resourceAnswer(command: AdminCommand, schema: DescMessage, message: Message): CommandAnswer {
  const { status } = command;
  if (isMessage(message, ListResponseSchema)) {
    const items = message.resources.map((resource) => resourceIn(schema, resource)?.document);
    return { status, document: listOf(items, message.hasMore), version: undefined, isSecret: false };
  }
  if (isMessage(message, DeleteResponseSchema)) {
    const left = resourceIn(schema, message.resource);
    return {
      status: left === undefined ? STATUS_EMPTY : status,
      version: undefined,
      isSecret: false,
      document: left?.document,
    };
  }
  const isNew = isMessage(message, UpdateResponseSchema) && message.isNew;
  const { resource, version } = message as { readonly resource?: Resource; readonly version?: bigint };
  const shown = resourceIn(schema, resource);
  if (shown === undefined) throw new Error(`${command.method} answered without the resource`);
  return { status: isNew ? STATUS_CREATED : status, version, ...shown };
}

function resourceIn(schema: DescMessage, resource: Resource | undefined) {
  const value = resource && unwrap(resource)?.value;
  return value && { document: writeOutput(schema, value), isSecret: showsSecret(schema, value) };
}

/** A response that holds one resource is that resource; one that holds a list is a page; others are shown as they are. */
function ownAnswer(
  { output, status }: AdminCommand,
  message: Message,
  params: Readonly<Record<string, string>>,
): CommandAnswer {
  const values = message as unknown as Readonly<Record<string, unknown>>;
  const resource = resourceFieldOf(output);
  if (resource !== undefined) {
    const value = values[resource.field.localName] as Message | undefined;
    if (value === undefined) throw new Error(`${output.name} came without its resource`);
    const isSecret = showsSecret(resource.schema, value);
    return { status, document: writeOutput(resource.schema, value), version: undefined, isSecret };
  }
  const document = writeOutput(output, message);
  const items = pageFieldOf(output);
  const shown =
    items === undefined
      ? { ...document, ...ownerOf(params) }
      : listOf(document[items.name] as readonly Document[], document['has_more'] === true);
  return { status, document: shown, version: undefined, isSecret: showsSecret(output, message) };
}

/** The field of a response that holds nothing but a resource. */
export function resourceFieldOf(
  output: DescMessage,
): { readonly field: DescField; readonly schema: DescMessage } | undefined {
  const [field, ...others] = output.fields;
  const isResource = [...kinds.values()].some(({ schema }) => schema === field?.message);
  if (others.length > 0 || field?.fieldKind !== 'message' || !isResource) return undefined;
  return { field, schema: field.message };
}

/** The field of a response that holds a page of items. */
export function pageFieldOf(output: DescMessage): (DescField & { fieldKind: 'list' }) | undefined {
  if (!output.fields.some(({ name }) => name === 'has_more')) return undefined;
  return output.fields.find((field) => field.fieldKind === 'list' && field.listKind === 'message') as
    | (DescField & { fieldKind: 'list' })
    | undefined;
}

/** The id, or the place in the log, behind which the next page begins. */
function listOf(data: readonly (Document | undefined)[], hasMore: boolean): Document {
  const last = data.at(-1);
  return { object: 'list', data, has_more: hasMore, last_id: last?.['position'] ?? last?.['id'] ?? null };
}

/** Whose balance it was: `user_id` of a path of users. */
function ownerOf({ collection, id }: Readonly<Record<string, string>>): Document {
  const kind = [...kinds.values()].find(({ options }) => options.collection === collection);
  return kind === undefined ? {} : { [`${kind.kind}_id`]: id };
}

/**
 * Whether a command makes a key: it is repeatable, and its answer has a field that is shown once. What a repeat of it is known
 * by must be beyond guessing, since the key follows from it.
 */
export function makesSecret({ kind, method, input, output }: AdminCommand): boolean {
  const isRepeatable =
    kind === undefined ? input.fields.some(({ name }) => name === 'idempotency_key') : method === 'create';
  const shown = kind?.schema ?? resourceFieldOf(output)?.schema;
  return isRepeatable && shown?.fields.some(isShownOnce) === true;
}

function showsSecret(schema: DescMessage, message: Message): boolean {
  const values = message as unknown as Readonly<Record<string, unknown>>;
  return schema.fields.some((field) => isShownOnce(field) && values[field.localName] !== '');
}
