import { asArray, asObject, type JsonObject } from '#kernel/json.ts';

/** Between the name of a group of tools and the name of a tool in it, where a format has no groups. */
const SEPARATOR = '__';

/** The groups of tools (`namespace`) that a client offered. */
export interface ToolSpaces {
  /** A tool's name apart from its group's, as the client knows them. */
  split(name: string): { readonly name: string; readonly namespace: string | null };
}

/** The name by which a tool of a group goes in the canonical form. Groups whose names end with the separator need no other. */
export function joinedName(namespace: string, name: string): string {
  return namespace.endsWith(SEPARATOR) ? `${namespace}${name}` : `${namespace}${SEPARATOR}${name}`;
}

const noSpaces: ToolSpaces = { split: (name) => ({ name, namespace: null }) };

/** `tools`: the client's. */
export function readToolSpaces(tools: unknown): ToolSpaces {
  const joined = new Map<string, { name: string; namespace: string }>();
  for (const entry of asArray(tools)) {
    const group = asObject(entry);
    if (group?.['type'] !== 'namespace') continue;
    const namespace = String(group['name']);
    for (const tool of asArray(group['tools'])) {
      const name = nameOf(asObject(tool));
      if (name !== null) joined.set(joinedName(namespace, name), { name, namespace });
    }
  }
  if (joined.size === 0) return noSpaces;
  return { split: (name) => joined.get(name) ?? { name, namespace: null } };
}

function nameOf(tool: JsonObject | null): string | null {
  return typeof tool?.['name'] === 'string' ? tool['name'] : null;
}
