import type { DescMessage } from '@bufbuild/protobuf';
import type { JsonObject } from '#kernel/json.ts';
import { factsOf, type Kind } from '#registry/kinds.ts';
import type { PolicyEntry } from './policy-entry.ts';
import type { PolicyFault } from './policy-fault.ts';
import { comparableName, policyKind } from './policy-kinds.ts';
import { readAll } from './read-all.ts';
import { takeIdentity } from './take-identity.ts';
import { takeReferences } from './take-references.ts';
import { takeSecrets } from './take-secrets.ts';
import { type YamlItem, yamlItems } from './yaml-items.ts';

export interface Policy {
  readonly entries: readonly PolicyEntry[];
  /** In the order of their lines; where there are any, the entries are not all that the file says. */
  readonly faults: readonly PolicyFault[];
}

/** Reads a policy file. What is wrong with it is found all at once, without asking a gateway. */
export function readPolicy(text: string): Policy {
  const { items, faults } = yamlItems(text);
  const entries: PolicyEntry[] = [];
  const lines = new Map<string, number>();
  for (const item of items) {
    const found = readEntry(item);
    faults.push(...found.faults);
    const { entry } = found;
    if (entry === undefined) continue;
    const name = `${entry.kind} ${comparableName(entry.kind, entry.label)}`;
    const before = lines.get(name);
    if (before !== undefined) faults.push({ line: entry.line, message: `${name} stands in line ${before} already.` });
    else lines.set(name, entry.line);
    entries.push(entry);
  }
  return { entries, faults: faults.sort((a, b) => a.line - b.line) };
}

function readEntry(item: YamlItem): { readonly entry?: PolicyEntry; readonly faults: readonly PolicyFault[] } {
  const found = policyKind(item.value['kind']);
  if ('problem' in found) return { faults: [{ line: item.lineOf('kind'), message: found.problem }] };
  const { kind } = found;
  const { schema } = factsOf(kind);
  const writtenAs = (param: string): string => (param === 'kind' ? ownKindOf(kind) : param);
  const place = { lineOf: (param: string) => item.lineOf(writtenAs(param)) };

  const whose = takeIdentity(kind, withOwnKind(kind, schema, item.value), item);
  const named = takeReferences(schema, whose.document, place);
  const { document, secrets, faults: secretFaults } = takeSecrets(schema, named.document, place);
  const read = readAll(schema, document);
  const others = read.problems.filter(({ param }) => !('refused' in whose) || param !== whose.refused);
  const inFields = others.map(({ param, message }) => ({
    line: place.lineOf(param),
    message: inFileWords(message.replaceAll(`'${param}'`, `'${writtenAs(param)}'`), kind, schema),
  }));
  const faults = [...whose.faults, ...named.faults, ...secretFaults, ...inFields];
  if (faults.length > 0) return { faults };
  const fields = [...read.fields.filter((name) => name !== 'id'), ...secrets.map(({ field }) => field)];
  const { message } = read;
  const { id, label } = whose;
  return {
    faults,
    entry: { kind, id, label, line: item.line, message, fields, references: named.references, secrets },
  };
}

/** The name in a file of a field `kind` that the resource itself has: `kind` says there which resource it is. */
function ownKindOf(kind: Kind): string {
  return `${kind}_kind`;
}

/** A list of a resource's fields names its own `kind` as the file writes it. */
function inFileWords(message: string, kind: Kind, schema: DescMessage): string {
  const isList = message.startsWith('Unknown field') && hasOwnKind(schema);
  return isList ? message.replace(/(?<=[ :] ?)kind(?=[,.])/, ownKindOf(kind)) : message;
}

function hasOwnKind(schema: DescMessage): boolean {
  return schema.fields.some(({ name }) => name === 'kind');
}

function withOwnKind(kind: Kind, schema: DescMessage, value: JsonObject): JsonObject {
  const { kind: _, ...document } = value;
  const own = ownKindOf(kind);
  if (!(own in document) || !hasOwnKind(schema)) return document;
  const { [own]: ownKind, ...others } = document;
  return { ...others, kind: ownKind };
}
