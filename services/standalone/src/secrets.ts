import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What this installation alone knows. Kept in <data dir>/secrets.json, for the owner's eyes only. */
export interface Secrets {
  readonly adminToken: string;
  /** The key API keys are hashed under; hex. Without it no issued key authenticates again. */
  readonly keyPepper: string;
  /** The key of the demo user, so that a restart can print it again; absent where there is no demo. */
  readonly demoKey?: string;
}

const OWNER_ONLY = 0o600;

/** The secrets of a data directory, made at its first start. What the configuration gives wins. */
export async function loadSecrets(
  dataDir: string,
  given: { readonly adminToken?: string | undefined; readonly keyPepper?: string | undefined },
): Promise<Secrets> {
  const kept = await readKept(dataDir);
  const secrets: Secrets = {
    ...kept,
    adminToken: given.adminToken ?? kept.adminToken ?? `at_${randomBytes(24).toString('base64url')}`,
    keyPepper: given.keyPepper ?? kept.keyPepper ?? randomBytes(32).toString('hex'),
  };
  await saveSecrets(dataDir, secrets);
  return secrets;
}

/** Replaces the file as a whole: a crash leaves the old one or the new one, never half of one. */
export async function saveSecrets(dataDir: string, secrets: Secrets): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  const file = secretsFile(dataDir);
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(secrets, null, 2)}\n`, { mode: OWNER_ONLY, flush: true });
  await rename(draft, file);
}

function secretsFile(dataDir: string): string {
  return join(dataDir, 'secrets.json');
}

async function readKept(dataDir: string): Promise<Partial<Secrets>> {
  let text: string;
  try {
    text = await readFile(secretsFile(dataDir), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  try {
    return JSON.parse(text) as Partial<Secrets>;
  } catch {
    // Making new secrets here would lock out every key ever issued.
    throw new Error(`${secretsFile(dataDir)} is not JSON: restore it from a backup, or delete it to make new secrets`);
  }
}
