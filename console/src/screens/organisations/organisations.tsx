import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import {
  type Organisation,
  type OrganisationInput,
  type OrganisationsListData,
  organisationsCreate,
  organisationsList,
} from '../../api/gen/index.ts';
import { useMay } from '../../session/session.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { givenIn } from '../../ui/changes.ts';
import { Filters } from '../../ui/filters.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Page } from '../../ui/page.tsx';
import { Pager } from '../../ui/pager.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ResourceLink } from '../../ui/resource-link.tsx';
import { useSearchState } from '../../ui/search-state.ts';
import { Moment, Usd } from '../../ui/shown.tsx';
import { Loading, Problem } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { listIn } from '../../ui/text-lists.ts';
import { organisationInputs } from './organisation-inputs.ts';

const ROWS = 50;

const filters = [
  { name: 'status', label: 'Status', options: ['active', 'suspended'] },
  { name: 'sort', label: 'Sorted by', options: ['created_at', '-created_at', 'name', '-name'] },
];

const columns: readonly Column<Organisation>[] = [
  {
    title: 'Name',
    cell: ({ id, name }) => <ResourceLink to={`/organisations/${id}`}>{name ?? id ?? ''}</ResourceLink>,
  },
  { title: 'Time zone', cell: ({ time_zone }) => time_zone ?? 'UTC', isMinor: true },
  { title: 'Status', cell: ({ status }) => <Badge tone={status === 'active' ? 'good' : 'bad'}>{status}</Badge> },
  { title: 'Created', cell: ({ created_at }) => <Moment at={created_at} />, isMinor: true },
  { title: 'Held', cell: ({ balance }) => <Usd amount={balance?.held_usd} />, isNumber: true, isMinor: true },
  { title: 'Available', cell: ({ balance }) => <Usd amount={balance?.available_usd} />, isNumber: true },
];

/** Teams that share limits and, where it has one, a balance. */
export default function Organisations() {
  const [search] = useSearchState();
  const [isCreating, setCreating] = useState(false);
  const mayWrite = useMay('operator');
  const query = { ...search, limit: ROWS } as NonNullable<OrganisationsListData['query']>;
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['organisations', query],
    queryFn: ({ signal }) => ask(organisationsList({ query, signal })),
  });
  return (
    <Page
      title="Organisations"
      lead="Teams that share limits, and a balance where the organisation has one."
      actions={
        mayWrite && (
          <Button look="primary" onClick={() => setCreating(true)}>
            New organisation
          </Button>
        )
      }
    >
      <Filters filters={filters} />
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      <Panel>
        {isPending && error === null && <Loading />}
        {data !== undefined && (
          <>
            <Table
              caption="Organisations"
              columns={columns}
              rows={data.data}
              idOf={({ id }) => id ?? ''}
              empty="Make an organisation, and name it at its teams."
            />
            <Pager lastId={data.last_id} hasMore={data.has_more} />
          </>
        )}
      </Panel>
      {isCreating && <NewOrganisation onClose={() => setCreating(false)} />}
    </Page>
  );
}

function NewOrganisation({ onClose }: { readonly onClose: () => void }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const create = async ({ tags = '', ...values }: Readonly<Record<string, string>>): Promise<void> => {
    const body = { ...givenIn(values), tags: listIn(tags) };
    const made = await ask(organisationsCreate({ body: body as unknown as OrganisationInput }));
    await queries.invalidateQueries({ queryKey: ['organisations'] });
    await navigate({ to: `/organisations/${made.id}` });
  };
  return (
    <FormDialog
      title="New organisation"
      action="Create"
      inputs={organisationInputs}
      onSubmit={create}
      onClose={onClose}
    />
  );
}
