import { ask, type Versioned } from '../../api/client.ts';

type Asked = Parameters<typeof ask>[0];
type Fields = Readonly<Record<string, unknown>>;

interface PutBack {
  /** The resource as it is now. */
  readonly read: () => Promise<Versioned<object>>;
  readonly update: (body: Fields, headers: { readonly 'If-Match': string }) => Asked;
  readonly before: object;
  readonly after: object;
}

/* What the gateway computes or sets by itself says nothing about whether somebody changed a resource. */
const computed = new Set([
  ...['balance', 'keys', 'used', 'held', 'left', 'resets_at', 'last_used_at', 'api_key', 'token', 'revoked', 'version'],
  ...['object', 'id', 'created_at', 'prefix', 'previous_key_expires_at', 'source', 'status_reason'],
]);

/**
 * Gives the fields that an action changed what they had before it. Throws an `Error` where one of them was changed since, and is refused
 * where anything is changed meanwhile.
 */
export async function putBack({ read, update, before, after }: PutBack): Promise<void> {
  const names = changedFields(before, after);
  if (names.length === 0) throw new Error('Nothing that can be written differs: it is as it was.');
  const { value, etag } = await read();
  const since = names.find((name) => textOf(value, name) !== textOf(after, name));
  if (since !== undefined) throw new Error(`It was changed since: "${since}" is no longer what this action made it.`);
  await ask(update(Object.fromEntries(names.map((name) => [name, fieldOf(before, name)])), { 'If-Match': etag }));
}

/** The fields that differ, of those that can be written. */
export function changedFields(before: object, after: object): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !computed.has(name) && textOf(before, name) !== textOf(after, name));
}

function fieldOf(object: object, name: string): unknown {
  return (object as Fields)[name] ?? null;
}

/** Whatever has nothing in it is one: left out, null, empty, 0. */
function textOf(object: object, name: string): string {
  return JSON.stringify(withoutEmpty(fieldOf(object, name))) ?? '';
}

function withoutEmpty(value: unknown): unknown {
  if (value === null || value === '' || value === 0 || value === '0' || value === false) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((each) => withoutEmpty(each) ?? each);
  if (typeof value !== 'object') return value;
  const given = Object.entries(value)
    .map(([name, each]: [string, unknown]) => [name, withoutEmpty(each)] as const)
    .filter(([, each]) => each !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return given.length === 0 ? undefined : Object.fromEntries(given);
}
