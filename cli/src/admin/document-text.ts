import type { Document } from '#admin-api/write-output.ts';
import { isJsonObject } from '#kernel/json.ts';
import { table } from '../render/table.ts';

/** Columns that would be as wide as the screen, and say little in a list. */
const NOT_IN_LISTS = new Set(['object', 'metadata', 'keys', 'before', 'after', 'api_key', 'token']);

/** A document for people: a list as a table, else a line for each field that says something, and a table for each list in it. */
export function documentText(document: Document): string {
  return document['object'] === 'list' ? listText(document) : fieldsText(document);
}

function listText({ data, has_more, last_id }: Document): string {
  const items = (Array.isArray(data) ? data : []).filter(isJsonObject);
  if (items.length === 0) return 'There are none.';
  const more = has_more === true ? [`There are more: --after ${String(last_id)}`] : [];
  return [itemsTable(items), ...more].join('\n');
}

function itemsTable(documents: readonly Document[]): string {
  const items = documents.map((document) => flat(document));
  const names = [...new Set(items.flatMap((item) => [...item.keys()]))].filter(
    (name) => !NOT_IN_LISTS.has(name) && !name.includes('nano_usd') && items.some((item) => item.get(name) !== ''),
  );
  const rows = items.map((item) => names.map((name) => item.get(name) ?? ''));
  return table([names.map(heading), ...rows]);
}

function fieldsText(document: Document): string {
  const tables = Object.entries(document).filter(([, value]) => isTable(value));
  const fields = Object.fromEntries(Object.entries(document).filter(([, value]) => !isTable(value)));
  const lines = [...flat(fields)].filter(([name, text]) => name !== 'object' && text !== '');
  const sections = tables.flatMap(([name, items]) => sectionsOf(name, items as readonly Document[]));
  return [...(lines.length > 0 ? [table(lines)] : []), ...sections].join('\n\n');
}

/** A table, and one for each list within its items, whose lines name the item: a cell would be as wide as the screen. */
function sectionsOf(name: string, items: readonly Document[]): readonly string[] {
  const inner = [...new Set(items.flatMap((item) => Object.keys(item).filter((field) => isTable(item[field]))))];
  const own = items.map((item) => Object.fromEntries(Object.entries(item).filter(([field]) => !inner.includes(field))));
  const below = inner.flatMap((field) => {
    const all = items.flatMap((item) =>
      isTable(item[field]) ? (item[field] as readonly Document[]).map(of(item)) : [],
    );
    return sectionsOf(field, all);
  });
  return [`${heading(name)}\n${itemsTable(own)}`, ...below];

  function of({ id = '' }: Document): (line: Document) => Document {
    return (line) => ({ [name.replace(/s$/, '')]: id, ...line });
  }
}

function isTable(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((item) => isJsonObject(item));
}

function heading(name: string): string {
  return name.toUpperCase().replaceAll('_', ' ');
}

/** Fields by their paths; empty where nothing is said. */
function flat(document: Document, above = ''): Map<string, string> {
  const fields = new Map<string, string>();
  for (const [name, value] of Object.entries(document)) {
    if (!isJsonObject(value)) fields.set(`${above}${name}`, textOf(value));
    else for (const [below, text] of flat(value, `${above}${name}.`)) fields.set(below, text);
  }
  return fields;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  if (!isJsonObject(value)) return String(value);
  return [...flat(value)]
    .filter(([name, text]) => name !== 'object' && text !== '')
    .map(([name, text]) => `${name}=${text}`)
    .join(' ');
}
