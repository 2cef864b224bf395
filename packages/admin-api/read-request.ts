import { create, type DescMessage, type Message } from '@bufbuild/protobuf';
import type { AdminInput, AdminMethod } from '#contracts/admin.ts';
import { AdminService, type ListRequest } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import type { JsonObject } from '#kernel/json.ts';
import { type AnyResource, type KindFacts, wrap } from '#registry/kinds.ts';
import { SINGLE_ID } from '#registry/registry.ts';
import { type AdminCommand, readsQuery } from './admin-command.ts';
import { parametersOf } from './commands.ts';
import { readInput } from './read-input.ts';

/** What a command was given with, on any surface. */
export interface GivenCommand {
  /** Parameters of the path. */
  readonly params: Readonly<Record<string, string>>;
  /** What is asked for: where `readsQuery` all fields that are not in the path. */
  readonly query: Readonly<Record<string, string>>;
  readonly body: JsonObject;
  /** Empty: none. */
  readonly idempotencyKey: string;
  /** The version the resource must have; 0: it must not be there; undefined: any. */
  readonly expectedVersion: bigint | undefined;
}

/** A command as the port takes it. */
export interface ReadRequest {
  readonly request: AdminInput<AdminMethod>;
  /** Names of fields in the description to those that the caller used. */
  readonly writtenAs: ReadonlyMap<string, string>;
}

/** The field that comes from a header, or from an option of its own. */
const IDEMPOTENCY_KEY = 'idempotency_key';
const PAGE_FIELDS = ['limit', 'after', 'sort'];
const nothing: ReadonlyMap<string, string> = new Map();

/** Puts together the request of a command. Throws a `Fault` for what was written wrongly. */
export function readRequest(command: AdminCommand, given: GivenCommand): ReadRequest {
  const { kind } = command;
  if (readsQuery(command)) refuseEmptyPage(given.query);
  return kind === undefined ? ownRequest(command, given) : resourceRequest(command, kind, given);
}

/** The fields of a command's own request that are written in its body, or in its query where `readsQuery`. */
export function fieldsBesidePath({ input, path, kind }: AdminCommand): DescMessage['fields'] {
  const elsewhere = [...parametersOf(path), ...(kind === undefined ? [IDEMPOTENCY_KEY] : [])];
  return input.fields.filter(({ name }) => !elsewhere.includes(name));
}

/** The query parameters that a command takes. */
export function queryParametersOf(command: AdminCommand): readonly string[] {
  if (!readsQuery(command)) return [];
  const { kind, method } = command;
  if (kind === undefined) return fieldsBesidePath(command).map(({ name }) => name);
  return method === 'list' ? [...PAGE_FIELDS, ...kind.options.filters] : [];
}

/** In the message 0 stands for a limit that was left out; a page of none was written by mistake. */
function refuseEmptyPage({ limit }: GivenCommand['query']): void {
  if (limit !== undefined && /^0+$/.test(limit)) throw new Fault(invalid("'limit' must be 1 or more.", 'limit'));
}

function ownRequest(command: AdminCommand, given: GivenCommand): ReadRequest {
  const { input, path } = command;
  const { params, idempotencyKey } = given;
  const { message, writtenAs } = readInput(input, readsQuery(command) ? given.query : given.body, [
    ...parametersOf(path),
    IDEMPOTENCY_KEY,
  ]);
  // Parameters of a path are texts, whose names in the description and in the message are one.
  const isRepeatable = input.fields.some(({ name }) => name === IDEMPOTENCY_KEY);
  const request = { ...message, ...params, ...(isRepeatable ? { idempotencyKey } : {}) };
  return { request: request as unknown as AdminInput<AdminMethod>, writtenAs };
}

function resourceRequest(
  command: AdminCommand,
  { kind, schema, options }: KindFacts,
  given: GivenCommand,
): ReadRequest {
  const { method, verb } = command;
  const id = options.isSingle ? SINGLE_ID : (given.params['id'] ?? '');
  const { idempotencyKey, expectedVersion } = given;
  const version = expectedVersion === undefined ? {} : { expectedVersion };
  switch (method) {
    case 'get':
      return { request: create(AdminService.method.get.input, { kind, id }), writtenAs: nothing };
    case 'delete':
      return { request: create(AdminService.method.delete.input, { kind, id, ...version }), writtenAs: nothing };
    case 'list':
      return { request: listRequest(kind, given.query, options.filters), writtenAs: nothing };
    case 'create': {
      const { message, writtenAs } = readInput(schema, given.body);
      const resource = wrap({ case: kind, value: message } as AnyResource);
      return { request: create(AdminService.method.create.input, { resource, idempotencyKey }), writtenAs };
    }
    default: {
      const { message, fields, writtenAs } = readInput(schema, given.body);
      const value = { ...message, id: sameId(message, id) };
      const resource = wrap({ case: kind, value } as unknown as AnyResource);
      const changed = verb === 'PATCH' ? changedFields(fields) : [];
      const update = { resource, fields: [...changed], idempotencyKey, ...version };
      return { request: create(AdminService.method.update.input, update), writtenAs };
    }
  }
}

function sameId(message: Message, id: string): string {
  const written = 'id' in message ? message.id : '';
  if (written === '' || written === id) return id;
  throw new Fault(invalid(`'id' must be left out, or be the id that the path names.`, 'id'));
}

/** Without a field to change, a change would replace the whole resource. */
function changedFields(fields: readonly string[]): readonly string[] {
  const changed = fields.filter((name) => name !== 'id');
  if (changed.length > 0) return changed;
  throw new Fault(invalid('Give at least one field to change.'));
}

function listRequest(kind: string, query: Readonly<Record<string, string>>, filters: readonly string[]) {
  const schema = AdminService.method.list.input;
  const page = Object.entries(query).filter(([name]) => !filters.includes(name));
  const message = readInput(schema, Object.fromEntries(page), ['kind', 'filters']).message as ListRequest;
  const given = Object.entries(query).filter(([name]) => filters.includes(name));
  return { ...message, kind, filters: Object.fromEntries(given) };
}
