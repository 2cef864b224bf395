import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What this installation alone knows. */
export interface Secrets {
  readonly adminToken: string;
  /** The token comes from a setting: whoever set it knows it, and it is kept nowhere here. */
  readonly isAdminTokenGiven: boolean;
  /** The key API keys are hashed under; hex. Without it no issued key authenticates again. */
  readonly keyPepper: string;
  /** What providers' keys are sealed under: the first seals, all open. */
  readonly masterKey: string;
  /** The key of the demo user; absent where there is none. */
  readonly demoKey?: string | undefined;
  /** What an operator should know about them. */
  readonly warnings: readonly string[];
}

export interface GivenSecrets {
  readonly adminToken?: string | undefined;
  readonly keyPepper?: string | undefined;
  readonly masterKey?: string | undefined;
}

/**
 * <data dir>/secrets.json, for the owner's eyes only. It holds what was made here. What a setting gives is not copied into
 * it, where it would stay valid when the setting is gone.
 */
interface KeptSecrets {
  readonly adminToken?: string;
  readonly keyPepper?: string;
  readonly masterKey?: string;
  readonly demoKey?: string;
  /** Of the pepper at the last start, wherever it came from. Files of earlier versions have none. */
  readonly keyPepperSha256?: string;
}

const OWNER_ONLY = 0o600;

/** As tokens are made here: at_ and 24 random bytes. */
const MADE_TOKEN = /^at_[A-Za-z0-9_-]{32}$/;

/**
 * The secrets of a data directory, made at its first start. What the settings give wins. Rejects where the pepper that
 * issued keys are hashed under was a setting and is none any more.
 */
export async function loadSecrets(dataDir: string, given: GivenSecrets): Promise<Secrets> {
  const kept = await readKept(dataDir);
  const token = adminTokenOf(kept, given.adminToken);
  const pepper = keyPepperOf(kept, given.keyPepper, secretsFile(dataDir));
  const master = masterKeyOf(kept, given.masterKey);
  const next: KeptSecrets = {
    ...(token.kept === undefined ? {} : { adminToken: token.kept }),
    ...(pepper.kept === undefined ? {} : { keyPepper: pepper.kept }),
    ...(kept.demoKey === undefined ? {} : { demoKey: kept.demoKey }),
    keyPepperSha256: sha256(pepper.used),
    ...(master.kept === undefined ? {} : { masterKey: master.kept }),
  };
  await write(dataDir, next);
  return {
    adminToken: token.used,
    isAdminTokenGiven: given.adminToken !== undefined,
    keyPepper: pepper.used,
    masterKey: master.used,
    demoKey: kept.demoKey,
    warnings: [...token.warnings, ...pepper.warnings],
  };
}

/** Keeps the demo user's key, or that there is none. */
export async function keepDemoKey(dataDir: string, demoKey: string | undefined): Promise<void> {
  const { demoKey: _before, ...kept } = await readKept(dataDir);
  await write(dataDir, demoKey === undefined ? kept : { ...kept, demoKey });
}

export function secretsFile(dataDir: string): string {
  return join(dataDir, 'secrets.json');
}

interface Chosen {
  readonly used: string;
  readonly kept: string | undefined;
  readonly warnings: readonly string[];
}

/**
 * A token that was made here is kept beside one that is given, and works again when that is gone. One that equals the
 * given one is not kept: whoever took it into the settings may want to be rid of it there. Earlier versions copied given
 * tokens into the file: what does not look as if it was made here is such a copy.
 */
function adminTokenOf(kept: KeptSecrets, given: string | undefined): Chosen {
  const isCopy =
    kept.adminToken !== undefined &&
    (kept.adminToken === given || (kept.keyPepperSha256 === undefined && !MADE_TOKEN.test(kept.adminToken)));
  const own = isCopy ? undefined : kept.adminToken;
  const warnings = isCopy ? ['the copy of an admin token from the settings is removed from secrets.json'] : [];
  if (given !== undefined) return { used: given, kept: own, warnings };
  const used = own ?? `at_${randomBytes(24).toString('base64url')}`;
  return { used, kept: used, warnings };
}

/** A pepper that is kept is never replaced or removed, whoever made it: every key that was issued under it rests on it. */
function keyPepperOf(kept: KeptSecrets, given: string | undefined, file: string): Chosen {
  if (given === undefined && kept.keyPepper === undefined && kept.keyPepperSha256 !== undefined) {
    throw new Error(
      `GATEWAY_KEY_PEPPER was set before and is not now: no API key would work. Set it again, or remove "keyPepperSha256" from ${file} to begin with a new pepper`,
    );
  }
  const used = given ?? kept.keyPepper ?? randomBytes(32).toString('hex');
  const last = kept.keyPepperSha256 ?? (kept.keyPepper === undefined ? undefined : sha256(kept.keyPepper));
  const isOther = last !== undefined && last !== sha256(used);
  return {
    used,
    kept: kept.keyPepper ?? (given === undefined ? used : undefined),
    warnings: isOther
      ? ['the key pepper is another one than at the last start: keys issued until then do not work']
      : [],
  };
}

/** One that was made here opens what it sealed, also where another one is given. */
function masterKeyOf(kept: KeptSecrets, given: string | undefined): Omit<Chosen, 'warnings'> {
  if (given === undefined) {
    const used = kept.masterKey ?? randomBytes(32).toString('hex');
    return { used, kept: used };
  }
  return { used: kept.masterKey === undefined ? given : `${given},${kept.masterKey}`, kept: kept.masterKey };
}

/** Of hex, in whichever case. A hash of 256 random bits tells nothing of them. */
function sha256(keyPepper: string): string {
  return createHash('sha256').update(Buffer.from(keyPepper, 'hex')).digest('hex');
}

/** Replaces the file as a whole: a crash leaves the old one or the new one, never half of one. */
async function write(dataDir: string, secrets: KeptSecrets): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  const file = secretsFile(dataDir);
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(secrets, null, 2)}\n`, { mode: OWNER_ONLY, flush: true });
  await rename(draft, file);
  // Else a power cut could take back the pepper of keys that are issued already.
  const folder = await open(dataDir);
  await folder.sync().finally(() => folder.close());
}

async function readKept(dataDir: string): Promise<KeptSecrets> {
  let text: string;
  try {
    text = await readFile(secretsFile(dataDir), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  try {
    return JSON.parse(text) as KeptSecrets;
  } catch {
    // Making new secrets here would lock out every key ever issued.
    throw new Error(`${secretsFile(dataDir)} is not JSON: restore it from a backup, or delete it to make new secrets`);
  }
}
