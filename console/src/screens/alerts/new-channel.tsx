import { useRef, useState } from 'react';
import type { AlertChannel } from '../../api/gen/index.ts';
import { Choose } from '../../ui/choose.tsx';
import type { NamedKind } from '../../ui/named-kind.ts';
import { ResourceForm } from '../../ui/resource-form.tsx';
import { SecretOnce } from '../../ui/secret-once.tsx';
import { type ChannelKind, channelKind, ways } from './channel-kinds.ts';

/** As many bytes as the signature has (HMAC-SHA256). */
const SECRET_BYTES = 32;

/** Makes a channel of a kind that is chosen first. A webhook gets a secret of its own unless one is given; it is shown once. */
export function NewChannel({ onClose }: { readonly onClose: () => void }) {
  const made = useRef('');
  const [secret, setSecret] = useState('');
  if (secret !== '') {
    return (
      <SecretOnce
        title="The signing secret"
        secret={secret}
        kept="the gateway keeps it sealed, and shows it to nobody"
        onClose={onClose}
      />
    );
  }
  return (
    <Choose title="New channel" choices={ways} onClose={onClose}>
      {(name) => (
        <ResourceForm
          kind={withSecret(name, (next) => {
            made.current = next;
          })}
          onClose={onClose}
          onDone={() => (made.current === '' ? onClose() : setSecret(made.current))}
        />
      )}
    </Choose>
  );
}

function withSecret(name: ChannelKind, onSecret: (secret: string) => void): NamedKind<AlertChannel> {
  const kind = channelKind(name);
  if (name !== 'webhook') return kind;
  return {
    ...kind,
    fieldsOf(values, channel) {
      const signing_secret = values['signing_secret'] ? '' : newSecret();
      onSecret(signing_secret);
      if (signing_secret === '') return kind.fieldsOf(values, channel);
      return { ...kind.fieldsOf(values, channel), signing_secret };
    },
  };
}

function newSecret(): string {
  return `whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(SECRET_BYTES))))}`;
}
