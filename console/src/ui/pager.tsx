import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { SelectField } from './field.tsx';
import { useSearchState } from './search-state.ts';

interface PagerProps {
  readonly lastId: string | number | null | undefined;
  readonly hasMore: boolean;
  /** Where the page stands in the URL; of a screen with several lists each has its own. */
  readonly name?: string | undefined;
  /** How many rows a page can have; none: there is no choice. */
  readonly sizes?: readonly string[];
  /** What else is done with the list. */
  readonly children?: ReactNode;
}

/** To the next page of a list that goes by where the last one ended, and back to the first. The browser's way back leads a page back. */
export function Pager({ lastId, hasMore, name = 'after', sizes = [], children }: PagerProps) {
  const [search, change] = useSearchState();
  const isPaged = hasMore || search[name] !== undefined;
  if (!isPaged && !children) return null;
  return (
    <nav aria-label="Pages" className="flex flex-wrap items-center justify-end gap-2 border-t border-line p-2">
      <span className="mr-auto flex flex-wrap items-center gap-2">{children}</span>
      {sizes.length > 0 && isPaged && (
        <SelectField
          label="Rows of a page"
          isLabelHidden
          value={search['rows'] ?? sizes[0]}
          onChange={({ target }) => change({ rows: target.value === sizes[0] ? '' : target.value })}
        >
          {sizes.map((size) => (
            <option key={size} value={size}>
              {size} rows
            </option>
          ))}
        </SelectField>
      )}
      {isPaged && (
        <>
          <Button disabled={search[name] === undefined} onClick={() => change({ [name]: '' })}>
            First page
          </Button>
          <Button disabled={!hasMore} onClick={() => change({ [name]: String(lastId ?? '') })}>
            Next page
          </Button>
        </>
      )}
    </nav>
  );
}
