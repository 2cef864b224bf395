import { unwatchFile, watchFile } from 'node:fs';
import { type KeyPlaces, keyReferenceFault, parseKeyReference } from '#config/key-references.ts';
import { type MasterKey, providerKeyOf } from '#master-key/master-key.ts';
import type { ProviderKeys } from '../provider-pool.ts';
import { readKeyFile } from './read-key-file.ts';

/** A key in a file is in force within a second: a look takes microseconds. */
const LOOK_INTERVAL_MS = 500;

/** Keys by reference, `env:NAME` and `file:PATH`, and keys sealed under the master key. Faults name no secret. */
export function createProviderKeys(options: {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** null: this process has none. */
  readonly masterKey: MasterKey | null;
  /** Where references may lead. Whoever sets them may set hosts, too, and would get any other secret of this process. */
  readonly places: KeyPlaces;
}): ProviderKeys {
  const { environment, masterKey, places } = options;
  return {
    read({ id, apiKeyRef, sealedApiKey }) {
      const reference = parseKeyReference(apiKeyRef);
      if (reference !== undefined) {
        const fault = keyReferenceFault(reference, places);
        if (fault !== undefined) return { fault: `its api_key_ref is not allowed: ${fault}` };
        const { kind, name } = reference;
        return kind === 'env' ? readVariable(name, environment[name] ?? '') : readKeyFile(name, places);
      }
      if (apiKeyRef !== '') return { fault: 'its api_key_ref is neither env:NAME nor file:PATH' };
      // A provider that wants no key.
      if (sealedApiKey === '') return { key: '' };
      if (masterKey === null) return { fault: 'its key is sealed, and GATEWAY_MASTER_KEY is not set here' };
      const opened = masterKey.open(sealedApiKey, providerKeyOf(id));
      return 'fault' in opened ? { fault: `its key cannot be opened: ${opened.fault}` } : { key: opened.secret };
    },
    watch({ apiKeyRef }, onChange) {
      const reference = parseKeyReference(apiKeyRef);
      // A look opens nothing, so a pipe stops nobody; yet whether other files are there is nobody's business.
      if (reference?.kind !== 'file' || keyReferenceFault(reference, places) !== undefined) return () => undefined;
      const path = reference.name;
      const listener = (): void => onChange();
      watchFile(path, { interval: LOOK_INTERVAL_MS, persistent: false }, listener);
      return () => unwatchFile(path, listener);
    },
  };
}

function readVariable(name: string, key: string): { readonly key: string } | { readonly fault: string } {
  if (key !== '') return { key };
  return { fault: `${name} is not set: set it where the router runs (to any text where the provider wants none)` };
}
