import { readFileSync } from 'node:fs';

/** A model as scripts/write-model-facts.ts writes it. Lists are words with a space between them. */
export interface WrittenFacts {
  readonly context?: number;
  readonly output?: number;
  readonly takes?: string;
  readonly gives?: string;
  readonly can?: string;
  readonly retires?: string;
  readonly successor?: string;
}

interface FactsFile {
  readonly about: { readonly source: string; readonly license: string; readonly date: string };
  readonly models: Readonly<Record<string, Readonly<Record<string, WrittenFacts>>>>;
}

let file: FactsFile | undefined;
const byCatalogue = new Map<string, ReadonlyMap<string, WrittenFacts>>();
const none: ReadonlyMap<string, WrittenFacts> = new Map();

/** What is written of the models of a catalogue, by the provider's own names. Read once: some 90 kB. */
export function writtenFacts(catalogueId: string): ReadonlyMap<string, WrittenFacts> {
  const known = byCatalogue.get(catalogueId);
  if (known !== undefined) return known;
  const models = Object.hasOwn(readFile().models, catalogueId) ? readFile().models[catalogueId] : undefined;
  // Clients name no catalogues, operators do: what is remembered stays small.
  const facts = models === undefined ? none : new Map(Object.entries(models));
  byCatalogue.set(catalogueId, facts);
  return facts;
}

/** When the facts were taken from their source, as milliseconds since 1970. */
export function factsTakenAtMs(): number {
  return Date.parse(readFile().about.date);
}

function readFile(): FactsFile {
  file ??= JSON.parse(readFileSync(new URL('gen/model-facts.json', import.meta.url), 'utf8')) as FactsFile;
  return file;
}
