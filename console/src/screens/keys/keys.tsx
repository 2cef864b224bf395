import { apiKeysList } from '../../api/gen/index.ts';
import { Listed } from '../../ui/listed.tsx';
import { Opens } from '../../ui/opens.tsx';
import { Page } from '../../ui/page.tsx';
import { usePage } from '../../ui/use-page.ts';
import { bulkKeys } from './bulk-keys.ts';
import { keyColumns } from './key-columns.tsx';
import { NewKey } from './new-key.tsx';

const filters = [
  { name: 'search', label: 'Search' },
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
      <Listed
        caption="API keys"
        columns={keyColumns}
        bulk={bulkKeys}
        empty="No key fits. Make one: it is shown once."
        {...{ question, filters }}
      />
    </Page>
  );
}
