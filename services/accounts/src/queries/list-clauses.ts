import type { DescField, DescMessage } from '@bufbuild/protobuf';
import type { AdminInput } from '#contracts/admin.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { factsOf, type Kind } from '#registry/kinds.ts';

/** What a list asks of the table. */
export interface ListClauses {
  readonly conditions: readonly string[];
  readonly order: string;
  readonly values: readonly unknown[];
}

export interface ListContext {
  readonly nowMs: number;
  readonly emailDigest: (email: string) => string;
}

type Direction = 'asc' | 'desc';

const CREATED_AT = 'created_at';
const ID = 'id';
/** Takes a part of what people call a resource. Users are sealed: `search-users.ts` opens them. */
export const SEARCH = 'search';

/**
 * A list's filters, order and place as SQL: only columns and the names of described fields enter the text, and every value is
 * a parameter. Throws `invalid_request` for a filter or an order that the kind does not have.
 */
export function listClauses(
  kind: Kind,
  { filters, sort, after }: Pick<AdminInput<'list'>, 'filters' | 'sort' | 'after'>,
  context: ListContext,
): ListClauses {
  const values: unknown[] = [];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const conditions = [`kind = ${parameter(kind)}`, 'removed_at_ms is null'];
  for (const [name, value] of Object.entries(filters)) {
    conditions.push(filterCondition(kind, name, value, { ...context, parameter }));
  }
  if (filters['status'] === undefined) conditions.push(...historyConditions(kind, filters, context, parameter));
  const { column, direction } = orderOf(kind, sort);
  if (after !== '') conditions.push(placeCondition(column, direction, parameter(after)));
  return { conditions, values, order: column === ID ? `id ${direction}` : `${column} ${direction}, id ${direction}` };
}

/** What is history is listed where it is asked for: deleted users, and what opened or was a session of the console and has ended. */
function historyConditions(
  kind: Kind,
  filters: Readonly<Record<string, string>>,
  { nowMs }: ListContext,
  parameter: (value: unknown) => string,
): readonly string[] {
  if (kind === 'user') return ["state->>'status' <> 'deleted'"];
  if (kind !== 'token' || filters['purpose'] !== undefined) return [];
  const isActive = statusCondition('active', nowMs, parameter);
  return [`(coalesce(state->>'purpose', '') = '' or ${isActive})`];
}

function filterCondition(
  kind: Kind,
  name: string,
  value: string,
  { nowMs, emailDigest, parameter }: ListContext & { readonly parameter: (value: unknown) => string },
): string {
  const { schema, options } = factsOf(kind);
  if (!options.filters.includes(name)) {
    throw new Fault(invalid(`A list of ${options.collection} has no filter '${name}'.`, name));
  }
  if (name === SEARCH) return searchCondition(kind, parameter(value.toLowerCase()));
  // The log has no e-mail, only what finds it again.
  if (kind === 'user' && name === 'email') return `state->>'emailDigest' = ${parameter(emailDigest(value))}`;
  if (name === 'status' && (kind === 'key' || kind === 'token')) {
    return statusCondition(value, nowMs, parameter);
  }
  return `${columnOf(schema, name)} = ${parameter(value)}`;
}

/** The part is a parameter, and no pattern: "%" and "_" are themselves. */
function searchCondition(kind: Kind, part: string): string {
  const names = factsOf(kind).schema.fields.filter(({ name }) => name === 'name' || name === 'prefix');
  const texts = ['id', ...names.map(({ jsonName }) => `state->>'${jsonName}'`)];
  return `(${texts.map((text) => `strpos(lower(${text}), ${part}) > 0`).join(' or ')})`;
}

/**
 * Keys and tokens expire without an event; what is revoked stays so. The status in the state is compared by itself, so that an index finds
 * it, and no text that is no time is read as one.
 */
function statusCondition(status: string, nowMs: number, parameter: (value: unknown) => string): string {
  const isInState = (): string => `(state->>'status') = ${parameter(status)}`;
  const isPast = (then: boolean): string =>
    `case when coalesce(state->>'expiresAt', '') = '' then ${!then}
          else ((state->>'expiresAt')::timestamptz <= ${parameter(new Date(nowMs).toISOString())}::timestamptz) = ${then} end`;
  if (status === 'revoked') return isInState();
  if (status !== 'expired') return `(${isInState()} and ${isPast(false)})`;
  return `((state->>'expiresAt') <> '' and state->>'status' <> 'revoked' and ${isPast(true)})`;
}

function orderOf(kind: Kind, sort: string): { readonly column: string; readonly direction: Direction } {
  const { schema, options } = factsOf(kind);
  const direction = sort.startsWith('-') ? 'desc' : 'asc';
  const name = sort.replace(/^-/, '');
  if (name === '' || name === CREATED_AT) return { column: 'created_at_ms', direction };
  if (!options.sorts.includes(name)) {
    const known = [CREATED_AT, ...options.sorts].join(' or ');
    throw new Fault(invalid(`'sort' must be ${known}, with "-" before it to begin with the last.`, 'sort'));
  }
  return { column: name === ID ? ID : columnOf(schema, name), direction };
}

/**
 * Behind the last resource of the page before, wherever that one would be now. Its place is a value by the time that the list
 * is read, so that a page far down is found in the index.
 */
function placeCondition(column: string, direction: Direction, after: string): string {
  const beyond = direction === 'asc' ? '>' : '<';
  if (column === ID) return `id ${beyond} ${after}`;
  const place = `(select ${column} from accounts.resource where kind = $1 and id = ${after})`;
  return `(${column}, id) ${beyond} (${place}, ${after})`;
}

/** A described field in the table: "team_id", or "subject_kind" of a message below. */
function columnOf(schema: DescMessage, name: string): string {
  const field = schema.fields.find((each) => each.name === name);
  if (field !== undefined) return `(state->>'${field.jsonName}')`;
  const [outer, inner] = fieldBelow(schema, name);
  return `(state->'${outer.jsonName}'->>'${inner.jsonName}')`;
}

function fieldBelow(schema: DescMessage, name: string): readonly [DescField, DescField] {
  for (const outer of schema.fields) {
    if (outer.fieldKind !== 'message') continue;
    const inner = outer.message.fields.find((each) => `${outer.name}_${each.name}` === name);
    if (inner !== undefined) return [outer, inner];
  }
  throw new Error(`${schema.typeName} has no field ${name}`);
}
