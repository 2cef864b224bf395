import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type YAMLMap } from 'yaml';
import { JsonNumber } from '#admin-api/exact-json.ts';
import type { JsonObject } from '#kernel/json.ts';
import type { PolicyFault } from './policy-fault.ts';

/** One object of a YAML file, and where its fields stand. */
export interface YamlItem {
  /** Numbers are `JsonNumber`s: as a float, 0.1 is another amount. */
  readonly value: JsonObject;
  readonly line: number;
  /** The line of a field by its path (`prices[0].unit`); where there is no such field, that of the last part which is. */
  lineOf(path: string): number;
}

/** The objects of a YAML text: its documents, or the items of documents that are lists. Every fault of its form at once. */
export function yamlItems(text: string): { readonly items: readonly YamlItem[]; readonly faults: PolicyFault[] } {
  const lineCounter = new LineCounter();
  const lineAt = (offset: number | undefined): number => lineCounter.linePos(offset ?? 0).line;
  const documents = parseAllDocuments(text, { lineCounter, prettyErrors: false });
  const items: YamlItem[] = [];
  const faults: PolicyFault[] = [];
  for (const document of documents) {
    faults.push(...document.errors.map(({ pos, message }) => ({ line: lineAt(pos[0]), message })));
    if (document.errors.length > 0) continue;
    const { contents } = document;
    const isEmpty = contents === null || (isScalar(contents) && contents.value === null);
    for (const node of isEmpty ? [] : isSeq(contents) ? contents.items : [contents]) {
      const line = lineAt(rangeOf(node)?.[0]);
      if (!isMap(node)) {
        faults.push({ line, message: 'expected a resource: an object with "kind" and its fields.' });
        continue;
      }
      const readFaults: PolicyFault[] = [];
      const value = objectOf(node, (found, message) => readFaults.push({ line: lineAt(rangeOf(found)?.[0]), message }));
      faults.push(...readFaults);
      if (readFaults.length === 0) items.push({ value, line, lineOf: (path) => lineAt(offsetOf(node, path)) });
    }
  }
  return { items, faults };
}

type Refuse = (node: unknown, message: string) => void;

function objectOf(map: YAMLMap, refuse: Refuse): JsonObject {
  return Object.fromEntries(
    map.items.map(({ key, value }) => {
      if (!isScalar(key)) refuse(key, 'the name of a field must be a text.');
      return [isScalar(key) ? String(key.value) : '', plainValue(value, refuse)];
    }),
  );
}

function plainValue(node: unknown, refuse: Refuse): unknown {
  if (isMap(node)) return objectOf(node, refuse);
  if (isSeq(node)) return node.items.map((item) => plainValue(item, refuse));
  // An alias may stand for a part that holds aliases itself, and so on: a short file would become a huge one.
  if (isAlias(node)) refuse(node, 'aliases ("*name") are not read: write the value out.');
  if (!isScalar(node)) return null;
  const { value, source } = node;
  return typeof value === 'number' || typeof value === 'bigint' ? new JsonNumber(source ?? String(value)) : value;
}

/** Where a field begins: its name in an object, its value in a list. */
function offsetOf(root: YAMLMap, path: string): number | undefined {
  let node: unknown = root;
  let offset = rangeOf(root)?.[0];
  for (const part of path.split(/\.|\[|\]\.?/).filter((each) => each !== '')) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === part);
      if (pair === undefined) return offset;
      offset = rangeOf(pair.key)?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      offset = rangeOf(node)?.[0] ?? offset;
    }
  }
  return offset;
}

function rangeOf(node: unknown): readonly number[] | undefined {
  return (node as { readonly range?: readonly number[] | null } | null | undefined)?.range ?? undefined;
}
