import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError, ask } from '../../api/client.ts';
import { type AdminToken, adminTokensDelete, adminTokensList } from '../../api/gen/index.ts';
import { useSession } from '../../session/session.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Moment } from '../../ui/shown.tsx';
import { Loading, Problem } from '../../ui/states.tsx';

const PAGE_ROWS = 500;
/** So many are named before they end; of more the number says enough. */
const SHOWN_MAX = 20;

/** Every session that is open, but one's own. */
async function otherSessions(ownId: string, signal: AbortSignal): Promise<readonly AdminToken[]> {
  const found: AdminToken[] = [];
  for (let after: string | undefined, hasMore = true; hasMore; ) {
    const query = { purpose: 'session', status: 'active', limit: PAGE_ROWS, ...(after === undefined ? {} : { after }) };
    const page = await ask(adminTokensList({ query, signal }));
    found.push(...page.data.filter(({ id }) => id !== ownId));
    after = String(page.last_id ?? '');
    hasMore = page.has_more;
  }
  return found;
}

/** Signs everybody else out, in every browser. */
export function EndSessions({ onClose }: { readonly onClose: () => void }) {
  const session = useSession();
  const queries = useQueryClient();
  const [ended, setEnded] = useState<number | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const { data, error, refetch } = useQuery({
    queryKey: ['sessions', session.id],
    queryFn: ({ signal }) => otherSessions(session.id, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const endAll = async (sessions: readonly AdminToken[]): Promise<void> => {
    setFailed(null);
    try {
      for (const [at, { id }] of sessions.entries()) {
        setEnded(at);
        await ask(adminTokensDelete({ path: { id: id ?? '' } })).catch(unlessGone);
      }
      onClose();
    } catch (thrown) {
      setFailed(thrown);
      setEnded(null);
      await refetch();
    }
    await queries.invalidateQueries({ queryKey: ['admin-tokens'] });
  };
  return (
    <Dialog title="End all sessions" onClose={onClose}>
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Loading />}
      {data?.length === 0 && <p>No session but yours is open.</p>}
      {data !== undefined && data.length > 0 && (
        <>
          <p>These end at once, and whoever has them signs in again. Yours stays.</p>
          <ul className="max-h-60 overflow-auto rounded-md bg-sunken p-3 text-xs">
            {data.slice(0, SHOWN_MAX).map(({ id, role, opened_by, created_at }) => (
              <li key={id}>
                {role}, opened by {opened_by}, <Moment at={created_at} />
              </li>
            ))}
            {data.length > SHOWN_MAX && <li>and {data.length - SHOWN_MAX} more</li>}
          </ul>
        </>
      )}
      {failed !== null && <Problem error={failed} />}
      <div className="flex flex-wrap items-center justify-end gap-2">
        <p role="status" className="flex-1 text-soft">
          {ended !== null && `${ended} of ${data?.length ?? 0} ended`}
        </p>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look="danger"
          disabled={ended !== null || data === undefined || data.length === 0}
          onClick={() => void endAll(data ?? [])}
        >
          End {data?.length ?? 0} {data?.length === 1 ? 'session' : 'sessions'}
        </Button>
      </div>
    </Dialog>
  );
}

/** What has ended meanwhile is as wanted. */
function unlessGone(error: unknown): void {
  if (!(error instanceof ApiError && error.status === 404)) throw error;
}
