import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ask } from '../../api/client.ts';
import { modelsOffered } from '../../api/gen/index.ts';
import { Button } from '../../ui/button.tsx';
import { AreaField, SelectField, SuggestField, TextField } from '../../ui/field.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { AnswerPanel } from './answer-panel.tsx';
import { CodePanel } from './code-panel.tsx';
import { type Asked, playgroundFormats } from './formats.ts';
import { KeySource } from './key-source.tsx';
import { useAnswer } from './use-answer.ts';

/** Names to choose from as one types. */
const MODELS_SHOWN = 1_000;
const TOKENS_DEFAULT = 512;

/** Asks the gateway as a client would, in any format, and shows the same request as code. */
export default function Playground() {
  const { data } = useQuery({
    queryKey: ['models', 'playground'],
    queryFn: ({ signal }) => ask(modelsOffered({ query: { limit: MODELS_SHOWN, pricing: 'priced' }, signal })),
  });
  return <PlaygroundOf models={(data?.data ?? []).map(({ id }) => id ?? '')} />;
}

/** `models`: whose names are offered as one types. */
export function PlaygroundOf({ models }: { readonly models: readonly string[] }) {
  const [format, setFormat] = useState(playgroundFormats[0]);
  const [asked, setAsked] = useState<Asked>({ model: '', system: '', prompt: '', maxTokens: TOKENS_DEFAULT });
  const [key, setKey] = useState('');
  const { answer, run, stop } = useAnswer();
  const set = (change: Partial<Asked>): void => setAsked({ ...asked, ...change });
  if (format === undefined) return null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void run(format, asked, key);
  };
  return (
    <Page
      title="Playground"
      lead="A request as clients send it: it is charged to the key's user, and stands in the list of requests."
    >
      <Panel>
        <form onSubmit={submit} className="flex flex-col gap-3 p-4">
          <KeySource apiKey={key} onKey={setKey} />
          <div className="flex flex-wrap gap-3">
            <SelectField
              label="Format"
              className="w-56"
              value={format.name}
              onChange={(event) => setFormat(playgroundFormats.find(({ name }) => name === event.target.value))}
            >
              {playgroundFormats.map(({ name, title }) => (
                <option key={name} value={name}>
                  {title}
                </option>
              ))}
            </SelectField>
            <SuggestField
              label="Model"
              className="min-w-48 flex-1"
              required
              suggestions={models.map((id) => ({ value: id, label: id }))}
              value={asked.model}
              onChange={(event) => set({ model: event.target.value })}
            />
            <TextField
              label="Output tokens"
              type="number"
              min={1}
              className="w-32"
              required
              value={asked.maxTokens}
              onChange={(event) => set({ maxTokens: Number(event.target.value) })}
            />
          </div>
          <AreaField
            label="Instructions"
            rows={2}
            value={asked.system}
            onChange={(event) => set({ system: event.target.value })}
          />
          <AreaField
            label="Prompt"
            rows={5}
            required
            value={asked.prompt}
            onChange={(event) => set({ prompt: event.target.value })}
          />
          <div className="flex justify-end gap-2">
            {answer.isRunning && <Button onClick={stop}>Stop</Button>}
            <Button type="submit" look="primary" disabled={answer.isRunning}>
              {answer.isRunning ? 'It answers…' : 'Send'}
            </Button>
          </div>
        </form>
      </Panel>
      <AnswerPanel answer={answer} />
      <CodePanel format={format} asked={asked} />
    </Page>
  );
}
