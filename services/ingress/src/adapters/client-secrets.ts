import { readFile, realpath, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';

/** A client's secret is a line of some hundred characters; what is longer is another file. */
const SECRET_MAX_BYTES = 4_096;

/** Where orchestrators put it, in a directory of its own: providers' keys are elsewhere, so that neither gets the other's. */
const SECRETS_DIR = '/run/secrets/console';

const VARIABLE = /^(?!GATEWAY_)[A-Z0-9_]+_CLIENT_SECRET$/;

/** The secret that a reference names, `env:NAME` or `file:PATH`; empty for an empty one. Rejects, and names no secret. */
export type ReadClientSecret = (reference: string) => Promise<string>;

/** References lead to variables SOMETHING_CLIENT_SECRET, and to files below two directories: whoever sets them sets where the secret is sent. */
export function createClientSecrets({
  environment,
  dataDir,
}: {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly dataDir: string;
}): ReadClientSecret {
  const dirs = [SECRETS_DIR, join(dataDir, 'console-secrets')].map((dir) => resolve(dir));
  return async (reference) => {
    if (reference === '') return '';
    const at = reference.indexOf(':');
    const [kind, name] = [reference.slice(0, Math.max(at, 0)), reference.slice(at + 1)];
    if (kind === 'file') return readSecretFile(name, dirs);
    const isAllowed = kind === 'env' && VARIABLE.test(name);
    if (!isAllowed) throw new Error('the reference is neither env:SOMETHING_CLIENT_SECRET nor file:PATH');
    const secret = environment[name] ?? '';
    if (secret === '') throw new Error(`${name} is not set where the ingress runs`);
    return secret;
  };
}

/** Links are followed first: what counts is where the file is. */
async function readSecretFile(name: string, dirs: readonly string[]): Promise<string> {
  const path = await realpath(name);
  const places = await Promise.all(dirs.map((dir) => realpath(dir).catch(() => dir)));
  if (!places.some((dir) => path.startsWith(dir + sep))) throw new Error(`${name} is not below ${dirs.join(' or ')}`);
  const status = await stat(path);
  if (!status.isFile() || status.size > SECRET_MAX_BYTES) throw new Error(`${name} is no file with a secret`);
  const secret = (await readFile(path, 'utf8')).trim();
  if (secret === '') throw new Error(`${name} is empty`);
  return secret;
}
