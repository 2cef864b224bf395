import { useState } from 'react';
import { ask } from '../../api/client.ts';
import {
  type CompareModelsResult,
  type ModelDifference,
  type Provider,
  providersCompareModels,
} from '../../api/gen/index.ts';
import { useMay } from '../../session/session.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { SuggestField } from '../../ui/field.tsx';
import { count } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { Problem } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { TestCall } from './test-call.tsx';

const columns: readonly Column<ModelDifference>[] = [
  { title: 'Model', cell: ({ model }) => <span className="break-words">{model}</span> },
  { title: 'Difference', cell: ({ difference }) => <Badge tone="warn">{difference}</Badge> },
  { title: 'What to do', cell: ({ advice }) => advice },
];

/** What a provider has, a test call for each, and how its own list differs from what the gateway offers of it. */
export function ComparedModels({ provider: { id, models = [] } }: { readonly provider: Provider }) {
  const mayTest = useMay('operator');
  const [model, setModel] = useState('');
  return (
    <Panel title="Models">
      <div className="flex flex-col gap-3 p-4">
        <p className="break-words">{models.length === 0 ? 'All that the catalogue lists of it.' : models.join(', ')}</p>
        {mayTest && (
          <div className="flex flex-wrap items-end gap-2">
            <SuggestField
              label="Test with"
              className="w-60"
              placeholder="its cheapest"
              value={model}
              suggestions={models.map((value) => ({ value, label: '' }))}
              onChange={({ target }) => setModel(target.value)}
            />
            <TestCall id={id ?? ''} asked={model} />
          </div>
        )}
        {mayTest && <Comparison id={id ?? ''} />}
      </div>
    </Panel>
  );
}

function Comparison({ id }: { readonly id: string }) {
  const [isBusy, setBusy] = useState(false);
  const [found, setFound] = useState<CompareModelsResult | null>(null);
  const [error, setError] = useState<unknown>(null);
  const compare = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    await ask(providersCompareModels({ path: { id } })).then(setFound, setError);
    setBusy(false);
  };
  return (
    <>
      <span>
        <Button disabled={isBusy} onClick={() => void compare()}>
          {isBusy ? 'One moment…' : 'Compare with its own list'}
        </Button>
      </span>
      {error !== null && <Problem error={error} />}
      {found?.problem && <Problem error={found.problem} />}
      <p role="status">{found !== null && !found.problem && `In both lists: ${count(found.same ?? 0)}.`}</p>
      {found !== null && !found.problem && (
        <Table
          caption="Models that differ"
          columns={columns}
          rows={found.differences ?? []}
          idOf={({ model, difference }) => `${model} ${difference}`}
          empty="Its list and the gateway’s are the same."
        />
      )}
    </>
  );
}
