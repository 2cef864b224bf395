import { useState } from 'react';
import { ask, type Versioned } from '../../api/client.ts';
import { type ConsoleOidc, type Settings, settingsUpdate } from '../../api/gen/index.ts';
import { useMay } from '../../session/session.tsx';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Panel } from '../../ui/panel.tsx';
import { textOf } from '../../ui/text-lists.ts';
import { OidcForm } from './oidc-form.tsx';

interface OidcPanelProps {
  readonly read: Versioned<Settings>;
  readonly onReload: () => Promise<void>;
}

/** Who signs in at the console with an identity provider. Owners alone change it: it says who administers the gateway. */
export function OidcPanel({ read, onReload }: OidcPanelProps) {
  const [asked, setAsked] = useState<'change' | 'off' | null>(null);
  const mayWrite = useMay();
  const oidc = read.value.console_oidc;
  const close = (): void => setAsked(null);
  const turnOff = async (): Promise<void> => {
    await ask(settingsUpdate({ body: { console_oidc: null }, headers: { 'If-Match': read.etag } }));
    await onReload();
    close();
  };
  return (
    <Panel
      title="Sign-in with an identity provider"
      actions={
        mayWrite && (
          <span className="flex gap-2">
            <Button onClick={() => setAsked('change')}>{oidc ? 'Change' : 'Set up'}</Button>
            {oidc && (
              <Button look="danger" onClick={() => setAsked('off')}>
                Turn off
              </Button>
            )}
          </span>
        )
      }
    >
      <div className="p-4">
        {oidc ? (
          <Shown oidc={oidc} />
        ) : (
          <p className="text-soft">
            It is off: people sign in with admin tokens and links. With OpenID Connect, any number of people sign in
            with the accounts that they have, and their groups say what they may do.
          </p>
        )}
      </div>
      {asked === 'change' && <OidcForm read={read} onReload={onReload} onClose={close} />}
      {asked === 'off' && (
        <Confirm
          title="Turn off the sign-in with an identity provider?"
          consequence="Nobody signs in with it any more, and every session that it opened ends at once. Have an admin token at hand."
          word={oidc?.client_id ?? 'off'}
          action="Turn off"
          onConfirm={turnOff}
          onClose={close}
        />
      )}
    </Panel>
  );
}

function Shown({ oidc }: { readonly oidc: ConsoleOidc }) {
  return (
    <Facts
      facts={[
        ['Issuer', oidc.issuer],
        ['Name', oidc.name],
        ['Client id', oidc.client_id],
        ['Client secret', oidc.client_secret_ref || 'none: a public client'],
        [
          'Redirect URI',
          <code key="uri">{`${(oidc.public_url || location.origin).replace(/\/+$/, '')}/console/oidc/callback`}</code>,
        ],
        ['Scopes', textOf(oidc.scopes) || 'email, profile'],
        ['Group claim', oidc.group_claim || 'groups'],
        ['Domains', textOf(oidc.allowed_domains) || 'all'],
        ['Makes users', oidc.creates_users === true ? 'yes' : ''],
        [
          'Rules',
          <ol key="rules" className="list-inside list-decimal">
            {(oidc.rules ?? []).map(({ group, role, team }) => (
              <li key={`${group} ${role}`}>
                {group}: {role}
                {team && ` of the team ${team}`}
              </li>
            ))}
          </ol>,
        ],
      ]}
    />
  );
}
