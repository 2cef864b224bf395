import { ArrowDown, ArrowUp, ArrowUpDown } from 'lucide-react';

/** How a list is sorted: "name", "-created_at"; and how to change it. */
export interface Sorting {
  readonly sort: string;
  readonly onSort: (sort: string) => void;
}

const icons = { ascending: ArrowUp, descending: ArrowDown, none: ArrowUpDown } as const;

/** How a column is sorted, in the words of ARIA. */
export function directionOf(field: string, sort: string): keyof typeof icons {
  if (sort === field) return 'ascending';
  return sort === `-${field}` ? 'descending' : 'none';
}

/** The heading of a column by which the gateway sorts. */
export function SortHeading({
  title,
  field,
  sorting: { sort, onSort },
}: {
  readonly title: string;
  readonly field: string;
  readonly sorting: Sorting;
}) {
  const direction = directionOf(field, sort);
  const Icon = icons[direction];
  return (
    <button
      type="button"
      className="inline-flex items-center gap-1 rounded-sm font-[inherit] hover:text-ink"
      onClick={() => onSort(direction === 'ascending' ? `-${field}` : field)}
    >
      {title}
      <Icon aria-hidden className={direction === 'none' ? 'size-3 opacity-50' : 'size-3'} />
    </button>
  );
}
