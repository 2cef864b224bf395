import { unwatchFile, watchFile } from 'node:fs';
import { type KeyPlaces, keyReferenceFault, parseKeyReference } from '#config/key-references.ts';
import { accountKeyOf, type MasterKey, providerKeyOf } from '#master-key/master-key.ts';
import type { KeyPlace } from '../open-accounts.ts';
import type { ProviderKeys } from '../provider-pool.ts';
import { type KeyOrFault, readKeyFile, type SecretForm } from './read-key-file.ts';

/** A key in a file is in force within a second: a look takes microseconds. */
const LOOK_INTERVAL_MS = 500;

/** Secrets by reference, `env:NAME` and `file:PATH`, and keys sealed under the master key. Faults name no secret. */
export function createProviderKeys(options: {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** null: this process has none. */
  readonly masterKey: MasterKey | null;
  /** Where references may lead. Whoever sets them may set hosts, too, and would get any other secret of this process. */
  readonly places: KeyPlaces;
}): ProviderKeys {
  const { environment, masterKey, places } = options;

  function apiKeyOf({ id, account, apiKeyRef, sealedApiKey }: KeyPlace): KeyOrFault {
    if (apiKeyRef !== '') return readReference('api_key_ref', apiKeyRef, 'key');
    // A provider that wants no key.
    if (sealedApiKey === '') return { key: '' };
    if (masterKey === null) return { fault: 'its key is sealed, and GATEWAY_MASTER_KEY is not set here' };
    const opened = masterKey.open(sealedApiKey, account === '' ? providerKeyOf(id) : accountKeyOf(id, account));
    return 'fault' in opened ? { fault: `its key cannot be opened: ${opened.fault}` } : { key: opened.secret };
  }

  function readReference(field: string, text: string, form: SecretForm): KeyOrFault {
    if (text === '') return { key: '' };
    const reference = parseKeyReference(text);
    if (reference === undefined) return { fault: `its ${field} is neither env:NAME nor file:PATH` };
    const fault = keyReferenceFault(reference, places);
    if (fault !== undefined) return { fault: `its ${field} is not allowed: ${fault}` };
    const { kind, name } = reference;
    return kind === 'env' ? readVariable(name, environment[name] ?? '') : readKeyFile(name, places, form);
  }

  return {
    read(place) {
      const apiKey = apiKeyOf(place);
      if ('fault' in apiKey) return apiKey;
      const proxy = readReference('proxy_credentials_ref', place.proxyCredentialsRef, 'line');
      if ('fault' in proxy) return proxy;
      const client = readReference('client_key_ref', place.clientKeyRef, 'pem');
      if ('fault' in client) return client;
      return { apiKey: apiKey.key, proxyCredentials: proxy.key, clientKey: client.key };
    },
    watch({ apiKeyRef, proxyCredentialsRef, clientKeyRef }, onChange) {
      const listener = (): void => onChange();
      const paths = [apiKeyRef, proxyCredentialsRef, clientKeyRef].flatMap((text) => {
        const reference = parseKeyReference(text);
        // A look opens nothing, so a pipe stops nobody; yet whether other files are there is nobody's business.
        if (reference?.kind !== 'file' || keyReferenceFault(reference, places) !== undefined) return [];
        return [reference.name];
      });
      for (const path of paths) watchFile(path, { interval: LOOK_INTERVAL_MS, persistent: false }, listener);
      return () => {
        for (const path of paths) unwatchFile(path, listener);
      };
    },
  };
}

function readVariable(name: string, key: string): KeyOrFault {
  if (key !== '') return { key };
  return { fault: `${name} is not set: set it where the router runs (to any text where the provider wants none)` };
}
