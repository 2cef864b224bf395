import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ask } from '../../api/client.ts';
import { type ImportPricesResult, pricesImport } from '../../api/gen/index.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { AreaField, SelectField, TextField } from '../../ui/field.tsx';
import { Problem } from '../../ui/states.tsx';
import { listIn } from '../../ui/text-lists.ts';
import { ImportDifference } from './import-difference.tsx';

const forms = ['litellm', 'genai-prices'] as const;

/** Reads a price file, shows what it would change, and publishes that and nothing else: a changed text has to be looked at again. */
export function ImportPrices({ onClose }: { readonly onClose: () => void }) {
  const queries = useQueryClient();
  const [text, setText] = useState('');
  const [form, setForm] = useState<(typeof forms)[number]>('litellm');
  const [catalogues, setCatalogues] = useState('');
  const [shown, setShown] = useState<ImportPricesResult | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const change = <T,>(set: (value: T) => void) => {
    return (value: T): void => {
      set(value);
      setShown(null);
    };
  };
  const send = async (publish: boolean): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const body = { text, form, catalogues: listIn(catalogues), publish };
      setShown(await ask(pricesImport({ body })));
      if (publish) await queries.invalidateQueries();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void send(false);
  };
  const isPublished = (shown?.published ?? 0) > 0;
  const toPublish = shown?.differences?.length ?? 0;
  return (
    <Dialog title="Import prices" shape="sheet" onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-3">
        <SelectField label="Form" value={form} onChange={(event) => change(setForm)(event.target.value as typeof form)}>
          <option value="litellm">LiteLLM: model_prices_and_context_window.json</option>
          <option value="genai-prices">genai-prices: data.json</option>
        </SelectField>
        <TextField
          label="File"
          type="file"
          accept=".json,application/json"
          onChange={(event) => {
            const file = event.target.files?.[0];
            if (file !== undefined) void file.text().then(change(setText), setError);
          }}
        />
        <AreaField
          label="Or its text"
          rows={6}
          required
          value={text}
          onChange={(event) => change(setText)(event.target.value)}
        />
        <TextField
          label="Only these catalogues"
          hint="With commas between them: openai, anthropic. Empty: all that the file has."
          value={catalogues}
          onChange={(event) => change(setCatalogues)(event.target.value)}
        />
        {error !== null && <Problem error={error} />}
        <div className="flex flex-wrap justify-end gap-2">
          <Button type="submit" disabled={isBusy}>
            {isBusy ? 'One moment…' : 'Show the difference'}
          </Button>
          <Button look="primary" disabled={isBusy || toPublish === 0 || isPublished} onClick={() => void send(true)}>
            Publish
          </Button>
        </div>
      </form>
      {shown !== null && <ImportDifference shown={shown} />}
    </Dialog>
  );
}
