import { Button } from './button.tsx';
import { useSearchState } from './search-state.ts';

/** To the next page of a list that goes by where the last one ended, and back to the first. */
export function Pager({
  lastId,
  hasMore,
  name = 'after',
}: {
  readonly lastId: string | number | null | undefined;
  readonly hasMore: boolean;
  /** Where the page stands in the URL; of a screen with several lists each has its own. */
  readonly name?: string;
}) {
  const [search, change] = useSearchState();
  if (!hasMore && search[name] === undefined) return null;
  return (
    <nav aria-label="Pages" className="flex justify-end gap-2 border-t border-line p-2">
      <Button disabled={search[name] === undefined} onClick={() => change({ [name]: '' })}>
        First page
      </Button>
      <Button disabled={!hasMore} onClick={() => change({ [name]: String(lastId ?? '') })}>
        Next page
      </Button>
    </nav>
  );
}
