import { apiKeysList } from '../../api/gen/index.ts';
import { Asked } from '../../ui/asked.tsx';
import { Filters } from '../../ui/filters.tsx';
import { Opens } from '../../ui/opens.tsx';
import { Page } from '../../ui/page.tsx';
import { Pager } from '../../ui/pager.tsx';
import { Panel } from '../../ui/panel.tsx';
import { usePage } from '../../ui/use-page.ts';
import { KeyTable } from './key-table.tsx';
import { NewKey } from './new-key.tsx';

const filters = [
  { name: 'user_id', label: 'User' },
  { name: 'status', label: 'Status', options: ['active', 'paused', 'expired', 'revoked'] },
];

/** All keys of all users. */
export default function Keys() {
  const question = usePage(['keys'], (asked) => apiKeysList(asked));
  return (
    <Page
      title="API keys"
      actions={
        <Opens label="New key" look="primary" roles={['operator']}>
          {(close) => <NewKey userId="" onClose={close} />}
        </Opens>
      }
    >
      <Filters filters={filters} />
      <Panel>
        <Asked question={question}>
          {({ data, last_id, has_more }) => (
            <>
              <KeyTable keys={data} />
              <Pager lastId={last_id} hasMore={has_more} />
            </>
          )}
        </Asked>
      </Panel>
    </Page>
  );
}
