import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import { type ApiKey, apiKeysPause, apiKeysResume, apiKeysRevoke, apiKeysRotate } from '../../api/gen/index.ts';
import { useMay } from '../../session/session.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { SecretOnce } from '../../ui/secret-once.tsx';
import { Moment } from '../../ui/shown.tsx';
import { type Column, Table } from '../../ui/table.tsx';

interface Chosen {
  readonly key: ApiKey;
  readonly action: 'rotate' | 'revoke';
}

/** Keys, and what can be done with each. */
export function KeyTable({ keys }: { readonly keys: readonly ApiKey[] }) {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [secret, setSecret] = useState('');
  const mayWrite = useMay('operator');
  const queries = useQueryClient();
  const again = (): Promise<void> => queries.invalidateQueries();
  const turn = async ({ id, status }: ApiKey): Promise<void> => {
    const path = { id: id ?? '' };
    await ask(status === 'paused' ? apiKeysResume({ path }) : apiKeysPause({ path }));
    await again();
  };
  const columns: readonly Column<ApiKey>[] = [
    { title: 'Name', cell: ({ name, prefix }) => name ?? prefix },
    { title: 'Key', cell: ({ prefix }) => <code className="text-xs">{prefix}…</code>, isMinor: true },
    { title: 'Status', cell: ({ status }) => <Badge tone={status === 'active' ? 'good' : 'warn'}>{status}</Badge> },
    {
      title: 'User',
      cell: ({ user_id }) => (
        <Link to={`/users/${user_id}`} className="font-mono text-xs text-accent hover:underline">
          {user_id}
        </Link>
      ),
      isMinor: true,
    },
    { title: 'Last used', cell: ({ last_used_at }) => <Moment at={last_used_at} />, isMinor: true },
    {
      title: 'Actions',
      cell: (key) =>
        mayWrite &&
        key.status !== 'revoked' && (
          <span className="flex flex-wrap gap-1">
            <Button onClick={() => void turn(key)}>{key.status === 'paused' ? 'Resume' : 'Pause'}</Button>
            <Button onClick={() => setChosen({ key, action: 'rotate' })}>Rotate</Button>
            <Button look="danger" onClick={() => setChosen({ key, action: 'revoke' })}>
              Revoke
            </Button>
          </span>
        ),
    },
  ];
  const rotate = async ({ overlap_hours = '0' }: Readonly<Record<string, string>>): Promise<void> => {
    const path = { id: chosen?.key.id ?? '' };
    const key = await ask(apiKeysRotate({ path, body: { overlap_hours: Number(overlap_hours) } }));
    setChosen(null);
    setSecret(key.api_key ?? '');
    await again();
  };
  const revoke = async (): Promise<void> => {
    await ask(apiKeysRevoke({ path: { id: chosen?.key.id ?? '' } }));
    setChosen(null);
    await again();
  };
  return (
    <>
      <Table
        caption="API keys"
        columns={columns}
        rows={keys}
        idOf={({ id }) => id ?? ''}
        empty="Make one: it is shown once."
      />
      {chosen?.action === 'rotate' && (
        <FormDialog
          title={`Rotate ${chosen.key.name ?? chosen.key.prefix}`}
          action="Rotate"
          initial={{ overlap_hours: '24' }}
          inputs={[{ name: 'overlap_hours', label: 'Hours for which the old key stays valid', type: 'number' }]}
          onSubmit={rotate}
          onClose={() => setChosen(null)}
        />
      )}
      {chosen?.action === 'revoke' && (
        <Confirm
          title={`Revoke ${chosen.key.name ?? chosen.key.prefix}`}
          consequence="The key ends at once and for good. Whatever uses it is refused from then on."
          word={chosen.key.prefix ?? 'revoke'}
          action="Revoke"
          onConfirm={revoke}
          onClose={() => setChosen(null)}
        />
      )}
      {secret !== '' && <SecretOnce title="The new key" secret={secret} onClose={() => setSecret('')} />}
    </>
  );
}
