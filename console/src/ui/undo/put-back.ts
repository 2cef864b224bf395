import { type Answered, ask, onlyNew, type Versioned } from '../../api/client.ts';
import { writable } from '../writable.ts';

type Fields = Readonly<Record<string, unknown>>;
type IfMatch = Readonly<Record<'If-Match', string>>;

interface PutBack {
  /** The resource as it is now. */
  readonly read: () => Promise<Versioned<object>>;
  readonly update: (body: never, headers: IfMatch) => Promise<Answered<unknown>>;
  readonly before: object;
  /** As the action left it. */
  readonly after: object;
  /** The fields that the action wrote; absent: those that differ. */
  readonly names?: readonly string[];
}

/* What the gateway computes or sets by itself says nothing about whether somebody changed a resource. */
const computed = new Set([
  ...['balance', 'keys', 'used', 'held', 'left', 'resets_at', 'last_used_at', 'api_key', 'token', 'revoked', 'version'],
  ...['object', 'id', 'created_at', 'prefix', 'previous_key_expires_at', 'source'],
]);

/**
 * Gives the fields that an action changed what they had before it. Throws an `Error` where one of them was changed since, and is refused
 * where anything is changed meanwhile.
 */
export async function putBack({ read, update, before, after, names }: PutBack): Promise<void> {
  const changed = changedFields(before, after).filter((name) => names?.includes(name) ?? true);
  if (changed.length === 0) throw new Error('Nothing that can be written differs: it is as it was.');
  const { value, etag } = await read();
  refuseChanged(value, after, changed);
  const body = Object.fromEntries(changed.map((name) => [name, fieldOf(before, name) ?? null]));
  await ask(update(body as never, { 'If-Match': etag }));
}

interface PutBackWhole {
  readonly read: () => Promise<Versioned<object>>;
  readonly set: (body: never, headers: IfMatch) => Promise<Answered<unknown>>;
  readonly before: object;
  /** As the action left it; absent: it deleted it. */
  readonly after?: object;
}

/** As `putBack`, for what is written as a whole. What was deleted is made again, unless somebody made it meanwhile. */
export async function putBackWhole({ read, set, before, after }: PutBackWhole): Promise<void> {
  const body = withoutComputed(before) as never;
  if (after === undefined) {
    await ask(set(body, onlyNew));
    return;
  }
  const { value, etag } = await read();
  refuseChanged(value, after, changedFields(value, after));
  await ask(set(body, { 'If-Match': etag }));
}

/** What of a resource can be written. */
export function withoutComputed(resource: object): object {
  return writable(Object.fromEntries(Object.entries(resource).filter(([name]) => !computed.has(name))));
}

/** The fields that differ, of those that can be written. */
export function changedFields(before: object, after: object): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !computed.has(name) && textOf(before, name) !== textOf(after, name));
}

function refuseChanged(now: object, after: object, names: readonly string[]): void {
  const since = names.find((name) => textOf(now, name) !== textOf(after, name));
  if (since !== undefined) throw new Error(`It was changed since: "${since}" is no longer what this action made it.`);
}

function fieldOf(object: object, name: string): unknown {
  return (object as Fields)[name];
}

/** Whatever has nothing in it is one: left out, null, empty, 0. A number and its text are one. */
function textOf(object: object, name: string): string {
  return JSON.stringify(plain(fieldOf(object, name))) ?? '';
}

function plain(value: unknown): unknown {
  if (value === undefined || value === null || value === '' || value === 0 || value === '0' || value === false) return;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((each) => plain(each) ?? '');
  if (typeof value !== 'object') return String(value);
  const given = Object.entries(value)
    .map(([name, each]: [string, unknown]) => [name, plain(each)] as const)
    .filter(([, each]) => each !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return given.length === 0 ? undefined : Object.fromEntries(given);
}
