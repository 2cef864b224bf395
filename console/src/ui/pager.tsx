import { Button } from './button.tsx';
import { useSearchState } from './search-state.ts';

/** To the next page of a list that goes by where the last one ended, and back to the first. */
export function Pager({
  lastId,
  hasMore,
}: {
  readonly lastId: string | number | null | undefined;
  readonly hasMore: boolean;
}) {
  const [search, change] = useSearchState();
  if (!hasMore && search['after'] === undefined) return null;
  return (
    <nav aria-label="Pages" className="flex justify-end gap-2 border-t border-line p-2">
      <Button disabled={search['after'] === undefined} onClick={() => change({ after: '' })}>
        First page
      </Button>
      <Button disabled={!hasMore} onClick={() => change({ after: String(lastId ?? '') })}>
        Next page
      </Button>
    </nav>
  );
}
