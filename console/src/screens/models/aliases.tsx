import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import {
  type Alias,
  type AliasesListData,
  type AliasInput,
  aliasesDelete,
  aliasesList,
  aliasesSet,
} from '../../api/gen/index.ts';
import { Pager } from '../../ui/pager.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ResourceActions } from '../../ui/resource-actions.tsx';
import { useSearchState } from '../../ui/search-state.ts';
import { Moment } from '../../ui/shown.tsx';
import { Loading, Problem } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { AliasForm } from './alias-form.tsx';

const ROWS = 50;

const columns: readonly Column<Alias>[] = [
  { title: 'Alias', cell: ({ id }) => <span className="break-words">{id}</span> },
  { title: 'Stands for', cell: ({ models = [] }) => <span className="break-words">{models.join(', then ')}</span> },
  { title: 'Strategy', cell: ({ strategy }) => strategy || '–', isMinor: true },
  { title: 'Created', cell: ({ created_at }) => <Moment at={created_at} />, isMinor: true },
  { title: 'Actions', cell: (alias) => <Actions alias={alias} /> },
];

/** Other names for models. */
export function Aliases() {
  const [{ after }] = useSearchState();
  const query = { ...(after === undefined ? {} : { after }), limit: ROWS } as NonNullable<AliasesListData['query']>;
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['models', 'aliases', query],
    queryFn: ({ signal }) => ask(aliasesList({ query, signal })),
  });
  return (
    <>
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      <Panel>
        {isPending && error === null && <Loading />}
        {data !== undefined && (
          <>
            <Table
              caption="Aliases"
              columns={columns}
              rows={data.data}
              idOf={({ id }) => id ?? ''}
              empty="An alias lets clients keep a name while you choose what answers to it."
            />
            <Pager lastId={data.last_id} hasMore={data.has_more} />
          </>
        )}
      </Panel>
    </>
  );
}

function Actions({ alias }: { readonly alias: Alias }) {
  const id = alias.id ?? '';
  return (
    <ResourceActions
      what="alias"
      id={id}
      resource={alias}
      roles={['operator']}
      reads={['models']}
      consequence="Clients that use this name are told that there is no such model, unless a provider has one of this name."
      form={(onClose) => <AliasForm alias={alias} onClose={onClose} />}
      onSet={(body) => ask(aliasesSet({ path: { id }, body: body as unknown as AliasInput }))}
      onDelete={() => ask(aliasesDelete({ path: { id } }))}
    />
  );
}
