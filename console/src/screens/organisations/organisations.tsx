import { type Organisation, organisationsList } from '../../api/gen/index.ts';
import { Listed } from '../../ui/listed.tsx';
import { Opens } from '../../ui/opens.tsx';
import { Page } from '../../ui/page.tsx';
import { ResourceLink } from '../../ui/resource-link.tsx';
import type { Column } from '../../ui/table.tsx';
import { usePage } from '../../ui/use-page.ts';
import { balanceColumns } from '../balances/balance-columns.tsx';
import { NewPayer } from '../balances/new-payer.tsx';
import { organisationInputs } from './organisation-inputs.ts';

const filters = [
  { name: 'search', label: 'Search' },
  { name: 'status', label: 'Status', options: ['active', 'suspended'] },
];

const columns: readonly Column<Organisation>[] = [
  {
    title: 'Name',
    cell: ({ id, name }) => <ResourceLink to={`/organisations/${id}`}>{name ?? id ?? ''}</ResourceLink>,
    sort: 'name',
  },
  { title: 'Time zone', cell: ({ time_zone }) => time_zone ?? 'UTC', isMinor: true },
  ...balanceColumns,
];

/** Teams that share limits and, where it has one, a balance. */
export default function Organisations() {
  const question = usePage(['organisations'], (asked) => organisationsList(asked));
  return (
    <Page
      title="Organisations"
      lead="Teams that share limits, and a balance where the organisation has one."
      actions={
        <Opens label="New organisation" look="primary" roles={['operator']}>
          {(onClose) => (
            <NewPayer
              collection="organisations"
              title="New organisation"
              inputs={organisationInputs}
              onClose={onClose}
            />
          )}
        </Opens>
      }
    >
      <Listed
        caption="Organisations"
        empty="Make an organisation, and name it at its teams."
        {...{ question, filters, columns }}
      />
    </Page>
  );
}
