import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { serverEnvironment } from './server-environment.ts';

const run = promisify(execFile);

/** The user that the server runs as, in the form that `spawn` takes. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

const DEDICATED_USER = 'gateway-postgres';
/** Used if no user can be created. Both are ordinary accounts to PostgreSQL. */
const EXISTING_USERS = ['postgres', 'nobody'];

/** Debian, Red Hat and similar systems have the first program, BusyBox has the second. */
const CREATE_COMMANDS: readonly (readonly [string, ...string[]])[] = [
  [
    'useradd',
    '--system',
    '--user-group',
    '--no-create-home',
    '--home-dir',
    '/nonexistent',
    '--shell',
    '/bin/false',
    DEDICATED_USER,
  ],
  ['adduser', '-S', '-D', '-H', '-h', '/nonexistent', '-s', '/bin/false', DEDICATED_USER],
];

/** PostgreSQL refuses to run as root, so root must run it as another user. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The owner of a new cluster that root creates. The user is created if missing. Throws if there is no such user. */
export async function chooseServerUser(): Promise<ServerUser> {
  const dedicated = await findUser(DEDICATED_USER);
  if (dedicated !== undefined) return dedicated;
  const failures: unknown[] = [];
  for (const [command, ...args] of CREATE_COMMANDS) {
    await run(command, [...args], { env: serverEnvironment() }).catch((error: unknown) => failures.push(error));
    const created = await findUser(DEDICATED_USER);
    if (created !== undefined) return created;
  }
  for (const name of EXISTING_USERS) {
    const existing = await findUser(name);
    if (existing !== undefined) return existing;
  }
  throw new Error(
    `PostgreSQL does not run as root, and the user ${DEDICATED_USER} could not be created: start the gateway as an ordinary user, or set DATABASE_URL`,
    { cause: new AggregateError(failures) },
  );
}

/** Whether the user can reach a path. Every directory above it must let the user in, and `/root` does not. */
export async function canReach(user: ServerUser, path: string): Promise<boolean> {
  // This asks the system, since mode bits know nothing of access lists and mounts.
  const test = run('/bin/sh', ['-c', 'test -r "$1" && test -x "$1"', 'sh', path], {
    ...user,
    cwd: '/',
    env: serverEnvironment(),
  });
  return test.then(
    () => true,
    () => false,
  );
}

async function findUser(name: string): Promise<ServerUser | undefined> {
  try {
    const options = { env: serverEnvironment() };
    const [uid, gid] = await Promise.all([run('id', ['-u', name], options), run('id', ['-g', name], options)]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}
