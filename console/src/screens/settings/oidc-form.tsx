import { type FormEvent, useState } from 'react';
import { ApiError, ask, type Versioned } from '../../api/client.ts';
import { type Settings, settingsUpdate } from '../../api/gen/index.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { CheckField, TextField } from '../../ui/field.tsx';
import { isFieldOf } from '../../ui/form-dialog.tsx';
import { Problem } from '../../ui/states.tsx';
import { draftOf, oidcInputs, oidcOf } from './oidc-draft.ts';
import { OidcRules } from './oidc-rules.tsx';

interface OidcFormProps {
  readonly read: Versioned<Settings>;
  readonly onReload: () => Promise<void>;
  readonly onClose: () => void;
}

/** The identity provider that people sign in with, and what its groups may do. */
export function OidcForm({ read, onReload, onClose }: OidcFormProps) {
  const [draft, setDraft] = useState(() => draftOf(read.value.console_oidc));
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const body = { console_oidc: oidcOf(draft) };
      await ask(settingsUpdate({ body, headers: { 'If-Match': read.etag } }));
      await onReload();
      onClose();
    } catch (thrown) {
      // The next try is of the version that somebody else has made.
      if (isOvertaken(thrown)) await onReload();
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  const param = error instanceof ApiError ? error.param : '';
  const problemAt = (field: string): string | undefined =>
    isFieldOf(param, `console_oidc.${field}`) ? (error as Error).message : undefined;
  const rulesProblem = param === 'console_oidc.rules' ? (error as Error).message : '';
  const isOfField = oidcInputs.some(({ name }) => problemAt(name) !== undefined) || param.includes('.rules[');
  return (
    <Dialog title="Sign-in with an identity provider" onClose={onClose}>
      <form onSubmit={(event) => void save(event)} className="flex flex-col gap-3">
        {oidcInputs.map(({ name, label, hint, ...input }) => (
          <TextField
            key={name}
            label={label}
            hint={hint}
            required={'isRequired' in input}
            value={draft.texts[name]}
            problem={problemAt(name)}
            onChange={({ target }) => setDraft({ ...draft, texts: { ...draft.texts, [name]: target.value } })}
          />
        ))}
        <CheckField
          label="Make users"
          hint="Of people whom a rule makes holders, and whose verified e-mail address no user has. Else they are refused."
          checked={draft.createsUsers}
          onChange={({ target }) => setDraft({ ...draft, createsUsers: target.checked })}
        />
        <OidcRules
          rules={draft.rules}
          problemOf={(at, field) => problemAt(`rules[${at}].${field}`)}
          onChange={(rules) => setDraft({ ...draft, rules })}
        />
        {isOvertaken(error) ? (
          <p role="alert" className="rounded-md border border-warn p-3">
            Somebody else changed the settings meanwhile. What you see here is yours: save again to put it in their
            place, or close to see theirs.
          </p>
        ) : (
          error !== null && (!isOfField || rulesProblem !== '') && <Problem error={error} />
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={isBusy}>
            {isBusy ? 'One moment…' : 'Save'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function isOvertaken(error: unknown): boolean {
  return error instanceof ApiError && error.status === 412;
}
