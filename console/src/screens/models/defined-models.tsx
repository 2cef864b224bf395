import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import {
  type Model,
  type ModelInput,
  type ModelsListData,
  modelsDelete,
  modelsList,
  modelsSet,
} from '../../api/gen/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { Pager } from '../../ui/pager.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ResourceActions } from '../../ui/resource-actions.tsx';
import { useSearchState } from '../../ui/search-state.ts';
import { Moment } from '../../ui/shown.tsx';
import { Loading, Problem } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { ModelForm } from './model-form.tsx';
import { targetsText } from './targets-text.ts';

const ROWS = 50;

const columns: readonly Column<Model>[] = [
  { title: 'Model', cell: ({ id }) => <span className="break-words">{id}</span> },
  {
    title: 'Status',
    cell: ({ status }) => <Badge tone={status === 'disabled' ? 'bad' : 'good'}>{status}</Badge>,
    isMinor: true,
  },
  {
    title: 'Targets',
    cell: ({ targets = [] }) => <span className="whitespace-pre-line break-words">{targetsText(targets) || '–'}</span>,
  },
  { title: 'Strategy', cell: ({ strategy }) => strategy || '–', isMinor: true },
  { title: 'Fallbacks', cell: ({ fallbacks = [] }) => fallbacks.join(', ') || '–', isMinor: true },
  { title: 'Created', cell: ({ created_at }) => <Moment at={created_at} />, isMinor: true },
  { title: 'Actions', cell: (model) => <Actions model={model} /> },
];

/** What is said of models beside what the catalogue and the providers say. */
export function DefinedModels() {
  const [{ after }] = useSearchState();
  const query = { ...(after === undefined ? {} : { after }), limit: ROWS } as NonNullable<ModelsListData['query']>;
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['models', 'defined', query],
    queryFn: ({ signal }) => ask(modelsList({ query, signal })),
  });
  return (
    <>
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      <Panel>
        {isPending && error === null && <Loading />}
        {data !== undefined && (
          <>
            <Table
              caption="Definitions of models"
              columns={columns}
              rows={data.data}
              idOf={({ id }) => id ?? ''}
              empty="Models of providers need none. Define one to choose its targets, its fallbacks or its strategy, or to disable it."
            />
            <Pager lastId={data.last_id} hasMore={data.has_more} />
          </>
        )}
      </Panel>
    </>
  );
}

function Actions({ model }: { readonly model: Model }) {
  const id = model.id ?? '';
  return (
    <ResourceActions
      what="model"
      id={id}
      resource={model}
      roles={['operator']}
      reads={['models']}
      consequence="Without its definition the name goes where the providers' lists say, or nowhere."
      form={(onClose) => <ModelForm model={model} onClose={onClose} />}
      onSet={(body) => ask(modelsSet({ path: { id }, body: body as ModelInput }))}
      onDelete={() => ask(modelsDelete({ path: { id } }))}
    />
  );
}
