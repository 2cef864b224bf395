import { type Choice, type FoundServer, type FoundServers, findServer } from './find-server.ts';
import { type ServerName, serverKinds } from './server-kinds.ts';

/** Tells the processes of a run what was found, so that not every spec file asks the Docker daemon. */
const FOUND_VARIABLE = 'TEST_SERVERS_FOUND';

export function tellFound(servers: FoundServers): Record<string, string> {
  return { [FOUND_VARIABLE]: JSON.stringify(servers) };
}

/** A server of one's own. Throws where there is none: a suite that needs a server must not look green without it. */
export async function ownServer(name: ServerName): Promise<Choice> {
  return unlessNone(name, (await foundServer(name)).own);
}

/** The address that is given; undefined where a test that only talks has to start a server, too. */
export async function givenServer(name: ServerName): Promise<string | undefined> {
  const { shared } = await foundServer(name);
  return shared.source === 'url' ? shared.at : undefined;
}

async function foundServer(name: ServerName): Promise<FoundServer> {
  const told = process.env[FOUND_VARIABLE];
  if (told !== undefined) return (JSON.parse(told) as FoundServers)[name];
  return findServer(name, 'programs');
}

function unlessNone(name: ServerName, choice: Choice): Choice {
  if (choice.source !== 'none') return choice;
  const { title, urlVariable } = serverKinds[name];
  throw new Error(`these tests need ${title}, and there is none: ${choice.at}. ${urlVariable} is for a given server.`);
}
