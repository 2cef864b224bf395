import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { type MasterKey, providerKeyOf } from '#master-key/master-key.ts';
import type { ProviderKeys } from '../provider-pool.ts';

/** A key in a file is in force within a second: a look takes microseconds. */
const LOOK_INTERVAL_MS = 500;

/** A key is a line of a few hundred characters at most; what is longer is another file. */
const KEY_CHARS_MAX = 10_000;

/** Keys by reference, `env:NAME` and `file:PATH`, and keys sealed under the master key. Faults name no secret. */
export function createProviderKeys(options: {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** null: this process has none. */
  readonly masterKey: MasterKey | null;
}): ProviderKeys {
  const { environment, masterKey } = options;
  return {
    read({ id, apiKeyRef, sealedApiKey }) {
      const [kind, name] = splitReference(apiKeyRef);
      if (kind === 'env') return readVariable(name, environment[name] ?? '');
      if (kind === 'file') return readFile(name);
      if (apiKeyRef !== '') return { fault: 'its api_key_ref is neither env:NAME nor file:PATH' };
      // A provider that wants no key.
      if (sealedApiKey === '') return { key: '' };
      if (masterKey === null) return { fault: 'its key is sealed, and GATEWAY_MASTER_KEY is not set here' };
      const opened = masterKey.open(sealedApiKey, providerKeyOf(id));
      return 'fault' in opened ? { fault: `its key cannot be opened: ${opened.fault}` } : { key: opened.secret };
    },
    watch({ apiKeyRef }, onChange) {
      const [kind, path] = splitReference(apiKeyRef);
      if (kind !== 'file') return () => undefined;
      const listener = (): void => onChange();
      watchFile(path, { interval: LOOK_INTERVAL_MS, persistent: false }, listener);
      return () => unwatchFile(path, listener);
    },
  };
}

function splitReference(reference: string): readonly [kind: string, name: string] {
  const at = reference.indexOf(':');
  return [reference.slice(0, Math.max(at, 0)), reference.slice(at + 1)];
}

function readVariable(name: string, key: string): { readonly key: string } | { readonly fault: string } {
  if (key !== '') return { key };
  return { fault: `${name} is not set: set it where the router runs (to any text where the provider wants none)` };
}

function readFile(path: string): { readonly key: string } | { readonly fault: string } {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    return {
      fault: `${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}): put the key there`,
    };
  }
  if (text === '') return { fault: `${path} is empty: put the key there` };
  // A header takes no line breaks, and a file of several lines is no key.
  return text.length > KEY_CHARS_MAX || /[\r\n]/.test(text)
    ? { fault: `${path} holds more than a key` }
    : { key: text };
}
