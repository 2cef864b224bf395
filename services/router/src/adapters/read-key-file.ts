import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { fileFault, type KeyPlaces } from '#config/key-references.ts';
import { parseObject } from '#kernel/json.ts';

/**
 * A key is a line of a few hundred characters at most, and that of a certificate or a service account has some 3,000; what is longer
 * is another file.
 */
const KEY_MAX_BYTES = 10_000;

/** A pipe would let the open wait for a writer, and all of the router with it. The path has no links left to follow. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

export type KeyOrFault = { readonly key: string } | { readonly fault: string };

/** line: credentials, for a header. key: an API key, which is a line or JSON. pem: the private key of a certificate. */
export type SecretForm = 'line' | 'key' | 'pem';

/** Reads the key in a file, wherever its links lead, as long as that is a place for keys. Faults name no secret. */
export function readKeyFile(path: string, places: KeyPlaces, form: SecretForm): KeyOrFault {
  try {
    const real = realpathSync(path);
    const fault = fileFault(real, realPlaces(places));
    return fault === undefined ? readOpened(path, openSync(real, OPEN_FLAGS), form) : { fault };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    return { fault: `${path} cannot be read (${code}): put the key there` };
  }
}

function readOpened(path: string, file: number, form: SecretForm): KeyOrFault {
  try {
    const status = fstatSync(file);
    if (!status.isFile()) return { fault: `${path} is no regular file: put the key into one` };
    if (status.size > KEY_MAX_BYTES) return { fault: `${path} holds more than a key` };
    const buffer = Buffer.alloc(KEY_MAX_BYTES);
    const text = buffer.toString('utf8', 0, readSync(file, buffer, 0, KEY_MAX_BYTES, 0)).trim();
    if (text === '') return { fault: `${path} is empty: put the key there` };
    // A header takes no line breaks, and a file of several lines is no key, unless it is all one document.
    const isOne = form === 'pem' || !/[\r\n]/.test(text) || (form === 'key' && parseObject(text) !== null);
    return isOne ? { key: text } : { fault: `${path} holds more than a key` };
  } finally {
    closeSync(file);
  }
}

/** The directories themselves may be links, as /run or a temporary directory is on some systems. */
function realPlaces({ dirs, files, secretsFile, ...others }: KeyPlaces): KeyPlaces {
  const real = { dirs: dirs.map(realOrSame), files: files.map(realOrSame), secretsFile: realOrSame(secretsFile) };
  return { ...others, ...real };
}

function realOrSame(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
