import { create, type DescMessage } from '@bufbuild/protobuf';
import { fieldProblems } from '#admin-api/check-fields.ts';
import { type ReadInput, readInput } from '#admin-api/read-input.ts';
import { Fault } from '#errors/fault.ts';
import type { JsonObject } from '#kernel/json.ts';
import { factsOf, type Kind } from '#registry/kinds.ts';
import { SINGLE_ID } from '#registry/registry.ts';
import type { PolicyEntry } from './policy-entry.ts';
import type { PolicyFault } from './policy-fault.ts';
import { comparableName, matchFields, policyKind } from './policy-kinds.ts';
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

/** Which resource it is: by its id, or where the gateway makes ids by its name. */
function takeIdentity(kind: Kind, document: JsonObject, item: YamlItem) {
  const { isNamed, isSingle } = factsOf(kind).options;
  const { id: given, ...others } = document;
  const id = typeof (given ?? '') === 'string' ? String(given ?? '').trim() : undefined;
  const refused = (param: string, message: string) => ({
    id: '',
    label: '',
    document: others,
    faults: [{ line: item.lineOf(param), message }],
    refused: param,
  });
  if (id === undefined) return refused('id', "'id' must be a text.");
  if (isSingle) {
    if (id !== '' && id !== SINGLE_ID)
      return refused('id', `there is one resource of the kind ${kind}: leave 'id' out.`);
    return { id: SINGLE_ID, label: SINGLE_ID, document: others, faults: [] };
  }
  if (isNamed) {
    if (id === '') return refused('id', `'id' is required: the ${kind} has the id that you give it.`);
    return { id, label: id, document, faults: [] };
  }
  const matchField = matchFields[kind] ?? 'name';
  const match = document[matchField];
  if (id !== '') return { id, label: id, document: others, faults: [] };
  if (typeof match === 'string' && match.trim() !== '')
    return { id, label: match.trim(), document: others, faults: [] };
  return refused(matchField, `'${matchField}' is required: the gateway finds the ${kind} by it. Or give its 'id'.`);
}

interface Problem {
  readonly param: string;
  readonly message: string;
}

/** Reads a document to its end although fields of it are wrong: without each of them once more. */
function readAll(schema: DescMessage, document: JsonObject) {
  const problems: Problem[] = [];
  let left = document;
  for (;;) {
    const found = readOnce(schema, left);
    if (!('problem' in found)) {
      const wrong = problems.map(({ param }) => fieldIn(document, param));
      const unfit = fieldProblems(schema, found.message)
        .map(({ param = '', message }) => ({ param, message }))
        .filter(({ param }) => !wrong.includes(fieldIn(document, param) ?? param));
      return { message: found.message, fields: found.fields, problems: [...problems, ...unfit] };
    }
    problems.push(found.problem);
    const field = fieldIn(left, found.problem.param);
    if (field === undefined) return { message: create(schema), fields: [], problems };
    const { [field]: _, ...others } = left;
    left = others;
  }
}

function readOnce(schema: DescMessage, document: JsonObject): ReadInput | { readonly problem: Problem } {
  try {
    return readInput(schema, document);
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    const { param = '', message } = thrown.refusal;
    return { problem: { param, message } };
  }
}

/** The field of a document that a path begins with. */
function fieldIn(document: JsonObject, path: string): string | undefined {
  return Object.keys(document).find(
    (name) => path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`),
  );
}
