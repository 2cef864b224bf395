import { isJsonObject, type JsonObject } from '#kernel/json.ts';
import { numberFor } from './json-number.ts';
import { RequestProblem } from './request-problem.ts';

/** Deeper than any schema meant for a model; below it a schema requires itself without end. */
const DEPTH_MAX = 64;
/** Nested minItems multiply; this keeps the document at some hundred kilobytes. */
const NODES_MAX = 10_000;

const samplesByFormat: Readonly<Record<string, string>> = {
  'date-time': '2026-01-01T00:00:00Z',
  date: '2026-01-01',
  time: '00:00:00Z',
  duration: 'P1D',
  email: 'someone@example.com',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
};

interface Walk {
  readonly root: unknown;
  readonly openRefs: ReadonlySet<string>;
  readonly depth: number;
  nodes: { count: number };
}

/**
 * A small document that satisfies a JSON schema: required properties only, no more items than `minItems`, the first
 * of an enum, the first `anyOf` that doesn't recurse. `pattern` is not looked at.
 * Throws a RequestProblem (400) for a reference that leads nowhere and for a schema that has no finite document.
 */
export function documentFor(schema: unknown): unknown {
  return generate(schema, { root: schema, openRefs: new Set(), depth: 0, nodes: { count: 0 } });
}

function generate(schema: unknown, outer: Walk): unknown {
  const walk = { ...outer, depth: outer.depth + 1 };
  walk.nodes.count += 1;
  if (walk.depth > DEPTH_MAX || walk.nodes.count > NODES_MAX) {
    throw new RequestProblem(400, 'Invalid schema: it has no document of a reasonable size.');
  }
  if (!isJsonObject(schema)) return 'text';
  if (typeof schema['$ref'] === 'string') {
    const ref = schema['$ref'];
    return generate(resolve(ref, walk.root), { ...walk, openRefs: new Set([...walk.openRefs, ref]) });
  }
  if ('const' in schema) return schema['const'];
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  const alternatives = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(alternatives)) {
    return generate(alternatives.find((entry) => !isRecursion(entry, walk)) ?? alternatives[0], walk);
  }
  if (Array.isArray(schema['allOf'])) return generateAll(schema['allOf'], walk);
  return generateType(schema, walk);
}

function generateType(schema: JsonObject, walk: Walk): unknown {
  switch (typeOf(schema)) {
    case 'object':
      return generateObject(schema, walk);
    case 'array':
      return Array.from({ length: count(schema['minItems']) }, () => generate(schema['items'], walk));
    case 'number':
      return numberFor(schema, false);
    case 'integer':
      return numberFor(schema, true);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return generateString(schema);
  }
}

function generateObject(schema: JsonObject, walk: Walk): JsonObject {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required'])
    ? schema['required'].filter((name) => typeof name === 'string')
    : [];
  return Object.fromEntries(required.map((name) => [name, generate(properties[name], walk)]));
}

function generateAll(schemas: readonly unknown[], walk: Walk): unknown {
  const parts = schemas.map((schema) => generate(schema, walk));
  return parts.every(isJsonObject) ? Object.assign({}, ...parts) : parts[0];
}

function generateString(schema: JsonObject): string {
  const format = schema['format'];
  const sample =
    typeof format === 'string' && Object.hasOwn(samplesByFormat, format) ? samplesByFormat[format] : undefined;
  const text = (sample ?? 'text').padEnd(count(schema['minLength']), '.');
  return typeof schema['maxLength'] === 'number' ? text.slice(0, schema['maxLength']) : text;
}

function typeOf(schema: JsonObject): unknown {
  const { type } = schema;
  if (Array.isArray(type)) return type[0];
  if (type === undefined) {
    return schema['properties'] !== undefined ? 'object' : schema['items'] !== undefined ? 'array' : 'string';
  }
  return type;
}

function isRecursion(schema: unknown, walk: Walk): boolean {
  return isJsonObject(schema) && typeof schema['$ref'] === 'string' && walk.openRefs.has(schema['$ref']);
}

function resolve(ref: string, root: unknown): unknown {
  let target = root;
  for (const part of ref.replace(/^#\/?/, '').split('/').filter(Boolean)) {
    const name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    target = isJsonObject(target) ? target[name] : undefined;
  }
  if (target === undefined || !ref.startsWith('#')) {
    throw new RequestProblem(400, `Invalid schema: the reference ${ref} leads nowhere.`);
  }
  return target;
}

/** A length asked for by a schema; the bound on nodes is also what a client may ask for here. */
function count(value: unknown): number {
  return typeof value === 'number' && value > 0 ? Math.min(Math.floor(value), NODES_MAX + 1) : 0;
}
