import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Answered, ask } from '../../api/client.ts';
import { type ApiKey, apiKeysPause, apiKeysResume, apiKeysRevoke, apiKeysRotate } from '../../api/gen/index.ts';
import { useMay } from '../../session/session.tsx';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { SecretOnce } from '../../ui/secret-once.tsx';
import { Problem } from '../../ui/states.tsx';
import { offerUndo } from '../../ui/undo/undo-offers.ts';

type Given<T> = Promise<Answered<T>>;
type ById = { readonly path: { readonly id: string } };

/** What can be done with a key, by operations of the generated client. */
export interface KeyOperations {
  readonly pause: (asked: ById) => Given<unknown>;
  readonly resume: (asked: ById) => Given<unknown>;
  readonly revoke: (asked: ById) => Given<unknown>;
  readonly rotate: (asked: ById & { readonly body: { readonly overlap_hours: number } }) => Given<ApiKey>;
}

const administered: KeyOperations = {
  pause: apiKeysPause,
  resume: apiKeysResume,
  revoke: apiKeysRevoke,
  rotate: apiKeysRotate,
};

interface KeyActionsProps {
  readonly apiKey: ApiKey;
  /** Those of a holder; absent: those of administration. */
  readonly operations?: KeyOperations;
  /** Whether who is signed in may; absent: operators may. */
  readonly isAllowed?: boolean;
}

/** What can be done with a key. A pause and its end can be taken back; a secret that was replaced or revoked is gone. */
export function KeyActions({ apiKey, operations = administered, isAllowed }: KeyActionsProps) {
  const { name, prefix, status } = apiKey;
  const path = { id: apiKey.id ?? '' };
  const title = name ?? prefix ?? path.id;
  const [asked, setAsked] = useState<'rotate' | 'revoke' | null>(null);
  const [secret, setSecret] = useState('');
  const [error, setError] = useState<unknown>(null);
  const isOperator = useMay('operator');
  const queries = useQueryClient();
  if (!(isAllowed ?? isOperator) || status === 'revoked') return null;
  const again = (): Promise<void> => queries.invalidateQueries();
  const close = (): void => setAsked(null);
  const isPaused = status === 'paused';
  const turn = async (): Promise<void> => {
    setError(null);
    await ask<unknown>(isPaused ? operations.resume({ path }) : operations.pause({ path }));
    offerUndo(`The key ${title} ${isPaused ? 'works again' : 'is paused'}`, () =>
      ask<unknown>(isPaused ? operations.pause({ path }) : operations.resume({ path })),
    );
    await again();
  };
  const rotate = async ({ overlap_hours = '0' }: Readonly<Record<string, string>>): Promise<void> => {
    const key = await ask(operations.rotate({ path, body: { overlap_hours: Number(overlap_hours) } }));
    close();
    setSecret(key.api_key ?? '');
    await again();
  };
  const revoke = async (): Promise<void> => {
    await ask<unknown>(operations.revoke({ path }));
    close();
    await again();
  };
  return (
    <>
      <span className="flex flex-wrap gap-1">
        <Button onClick={() => void turn().catch(setError)}>{isPaused ? 'Resume' : 'Pause'}</Button>
        <Button onClick={() => setAsked('rotate')}>Rotate</Button>
        <Button look="danger" onClick={() => setAsked('revoke')}>
          Revoke
        </Button>
      </span>
      {error !== null && <Problem error={error} />}
      {asked === 'rotate' && (
        <FormDialog
          title={`Rotate ${title}`}
          action="Rotate"
          initial={{ overlap_hours: '24' }}
          inputs={[{ name: 'overlap_hours', label: 'Hours for which the old key stays valid', type: 'number' }]}
          onSubmit={rotate}
          onClose={close}
        />
      )}
      {asked === 'revoke' && (
        <Confirm
          title={`Revoke ${title}`}
          consequence="The key ends at once and for good. Whatever uses it is refused from then on."
          word={prefix ?? 'revoke'}
          action="Revoke"
          onConfirm={revoke}
          onClose={close}
        />
      )}
      {secret !== '' && <SecretOnce title="The new key" secret={secret} onClose={() => setSecret('')} />}
    </>
  );
}
