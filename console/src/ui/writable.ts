/* What the gateway sets itself. */
const kept = new Set(['object', 'id', 'created_at', 'source', 'version', 'hosts']);

/** What of a resource can be given back to replace it: without what the gateway sets itself, and without what is empty. */
export function writable(resource: object): Record<string, unknown> {
  return withoutEmpty(Object.fromEntries(Object.entries(resource).filter(([name]) => !kept.has(name))));
}

function withoutEmpty(fields: object): Record<string, unknown> {
  const given = Object.entries(fields).filter(([, value]) => !isEmpty(value));
  return Object.fromEntries(given.map(([name, value]) => [name, inside(value)]));
}

function inside(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inside);
  return typeof value === 'object' && value !== null ? withoutEmpty(value) : value;
}

function isEmpty(value: unknown): boolean {
  return (
    value === null || value === '' || value === 0 || value === false || (Array.isArray(value) && value.length === 0)
  );
}
