import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ApiError, ask, askVersioned, type Versioned } from '../../api/client.ts';
import { type Settings, settingsGet, settingsUpdate } from '../../api/gen/index.ts';
import { useMay } from '../../session/session.tsx';
import { Button } from '../../ui/button.tsx';
import { isFieldOf } from '../../ui/form-dialog.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Loading, Problem } from '../../ui/states.tsx';
import { OidcPanel } from './oidc-panel.tsx';
import { SettingInput } from './setting-input.tsx';
import { type SettingName, settingsFields, settingsList } from './settings-fields.ts';
import { type SettingTexts, settingsChange, textOfSetting } from './settings-text.ts';

const groups = [...new Set(settingsList.map(([, { group }]) => group))];

/** What holds for the whole gateway. Two people who change it at a time do not undo each other's work. */
export default function SettingsScreen() {
  const { data, error, refetch } = useQuery({
    queryKey: ['settings'],
    queryFn: ({ signal }) => askVersioned(settingsGet({ signal })),
    // What is being changed does not change below the hands.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const reload = async (): Promise<void> => {
    await refetch();
  };
  return (
    <Page title="Settings" lead="What holds for the whole gateway, from the next request on.">
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Loading />}
      {data !== undefined && <Form read={data} onReload={reload} />}
      {data !== undefined && <OidcPanel read={data} onReload={reload} />}
    </Page>
  );
}

interface FormProps {
  readonly read: Versioned<Settings>;
  readonly onReload: () => Promise<void>;
}

function Form({ read, onReload }: FormProps) {
  const [edits, setEdits] = useState<SettingTexts>({});
  const [error, setError] = useState<unknown>(null);
  const [told, setTold] = useState('');
  const [isBusy, setBusy] = useState(false);
  const mayWrite = useMay('operator');
  const changed = Object.entries(edits).filter(
    ([name, text]) => text !== textOfSetting(read.value, name as SettingName),
  ) as readonly [SettingName, string][];

  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    setTold('');
    try {
      const body = settingsChange(Object.fromEntries(changed));
      await ask(settingsUpdate({ body, headers: { 'If-Match': read.etag } }));
      await onReload();
      setEdits({});
      setTold('Saved. It is in force.');
    } catch (thrown) {
      // Theirs is shown where nothing was touched here; what was stays, to be looked at and saved again. Not told before it is so.
      if (isOvertaken(thrown)) await onReload();
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  const param = error instanceof ApiError ? error.param : '';
  const isOfField = settingsList.some(([name]) => isFieldOf(param, name));
  return (
    <form onSubmit={(event) => void save(event)} className="flex flex-col gap-4" noValidate>
      {groups.map((group) => (
        <Panel key={group} title={group}>
          <div className="grid gap-4 p-4 lg:grid-cols-2">
            {settingsList
              .filter(([, field]) => field.group === group)
              .map(([name, field]) => (
                <SettingInput
                  key={name}
                  field={field}
                  value={edits[name] ?? textOfSetting(read.value, name)}
                  problem={isFieldOf(param, name) ? (error as Error).message : undefined}
                  isDisabled={!mayWrite}
                  onChange={(text) => setEdits({ ...edits, [name]: text })}
                />
              ))}
          </div>
        </Panel>
      ))}
      {isOvertaken(error) ? (
        <p role="alert" className="rounded-md border border-warn p-3">
          Somebody else changed the settings meanwhile. Theirs are shown now, and what you changed stands over them.
          Look at it, and save it again.
        </p>
      ) : (
        error !== null && <Problem error={error} />
      )}
      {mayWrite && (
        <footer className="sticky bottom-0 flex flex-wrap items-center justify-end gap-3 border-t border-line bg-page py-3">
          <p role="status" className="min-w-0 flex-1 text-soft">
            {changed.length > 0
              ? `Changed: ${changed.map(([name]) => settingsFields[name].label).join(', ')}`
              : told || 'Nothing is changed.'}
            {isOfField && <span className="block text-bad">{(error as Error).message}</span>}
          </p>
          <Button onClick={() => setEdits({})} disabled={changed.length === 0}>
            Put back
          </Button>
          <Button type="submit" look="primary" disabled={isBusy || changed.length === 0}>
            Save
          </Button>
        </footer>
      )}
    </form>
  );
}

function isOvertaken(error: unknown): boolean {
  return error instanceof ApiError && error.status === 412;
}
