import { type ServerName, serverKinds, serverNames } from './server-kinds.ts';
import { container } from './sources/container.ts';
import { debian } from './sources/debian.ts';
import { program } from './sources/program.ts';
import type { Source, SourceName } from './sources/source.ts';
import { url } from './sources/url.ts';

/** Asked one after another; the first that has a server serves the whole run. */
const sources: readonly Source[] = [url, container, program, debian];

/** TEST_SERVERS narrows what comes after an address that is given, to run the tests the one way and the other. */
const narrowings: Readonly<Record<string, readonly SourceName[]>> = {
  containers: ['container'],
  programs: ['program', 'debian'],
};

/** `none`: there is no such server here, and `at` says why. */
export interface Choice {
  readonly source: SourceName | 'none';
  readonly at: string;
}

export interface FoundServer {
  /** For tests that only talk to the server. It may be one that is given, and shared with others. */
  readonly shared: Choice;
  /** For tests that stop, freeze or wipe the server. */
  readonly own: Choice;
  /** Why the sources before `own` have no server, for people. */
  readonly missing: readonly string[];
}

/** Asks the sources for one kind of server. A program run by hand has not been told, and asks no Docker daemon. */
export async function findServer(name: ServerName, whereUnsaid?: keyof typeof narrowings): Promise<FoundServer> {
  const kind = serverKinds[name];
  const allowed = narrowedTo(process.env['TEST_SERVERS'] || whereUnsaid);
  const missing: string[] = [];
  let given: Choice | undefined;
  for (const source of sources.filter((each) => !each.isOwn || allowed.includes(each.name))) {
    const finding = await source.find(kind);
    if ('missing' in finding) {
      if (source.isOwn) missing.push(finding.missing);
      continue;
    }
    const choice: Choice = { source: source.name, at: finding.at };
    if (source.isOwn) return { shared: given ?? choice, own: choice, missing };
    given = choice;
  }
  const none: Choice = { source: 'none', at: missing.join('; ') };
  return { shared: given ?? none, own: none, missing };
}

function narrowedTo(word: string | undefined): readonly SourceName[] {
  if (word === undefined) return sources.map(({ name }) => name);
  const names = narrowings[word];
  if (names === undefined) throw new Error(`TEST_SERVERS is ${Object.keys(narrowings).join(' or ')}, not ${word}`);
  return names;
}

export type FoundServers = Readonly<Record<ServerName, FoundServer>>;

/** Asks for all of them, for a whole run. */
export async function findServers(): Promise<FoundServers> {
  const found = await Promise.all(serverNames.map(async (name) => [name, await findServer(name)] as const));
  return Object.fromEntries(found) as FoundServers;
}

/** One line: what serves the tests, and why not what comes before. */
export function describeFound(name: ServerName, { shared, own, missing }: FoundServer): string {
  const { title, urlVariable } = serverKinds[name];
  const reasons = missing.length === 0 ? '' : ` (${missing.join('; ')})`;
  const ownText = own.source === 'none' ? `none${reasons}` : `${own.source} ${own.at}${reasons}`;
  // Never the address itself: there may be a password in it.
  if (shared.source !== 'url') return `${title}: ${ownText}`;
  return `${title}: the one of ${urlVariable}; for tests that stop, freeze or wipe theirs: ${ownText}`;
}
