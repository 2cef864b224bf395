import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import { type ApiKeysListData, apiKeysList } from '../../api/gen/index.ts';
import { useMay } from '../../session/session.tsx';
import { Button } from '../../ui/button.tsx';
import { Filters } from '../../ui/filters.tsx';
import { Page } from '../../ui/page.tsx';
import { Pager } from '../../ui/pager.tsx';
import { Panel } from '../../ui/panel.tsx';
import { useSearchState } from '../../ui/search-state.ts';
import { Loading, Problem } from '../../ui/states.tsx';
import { KeyTable } from './key-table.tsx';
import { NewKey } from './new-key.tsx';

const ROWS = 50;

const filters = [
  { name: 'user_id', label: 'User' },
  { name: 'status', label: 'Status', options: ['active', 'paused', 'expired', 'revoked'] },
];

/** All keys of all users. */
export default function Keys() {
  const [search] = useSearchState();
  const [isCreating, setCreating] = useState(false);
  const mayWrite = useMay('operator');
  const query = { ...search, limit: ROWS } as NonNullable<ApiKeysListData['query']>;
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['keys', query],
    queryFn: ({ signal }) => ask(apiKeysList({ query, signal })),
  });
  return (
    <Page
      title="API keys"
      actions={
        mayWrite && (
          <Button look="primary" onClick={() => setCreating(true)}>
            New key
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
            <KeyTable keys={data.data} />
            <Pager lastId={data.last_id} hasMore={data.has_more} />
          </>
        )}
      </Panel>
      {isCreating && <NewKey userId="" onClose={() => setCreating(false)} />}
    </Page>
  );
}
