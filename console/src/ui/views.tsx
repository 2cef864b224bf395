import { Link } from '@tanstack/react-router';
import { useSearchState } from './search-state.ts';

/** Several lists of one screen. Which is shown stands in the URL; the first is the usual one. */
export function Views({
  label,
  views,
  kept = [],
}: {
  readonly label: string;
  readonly views: readonly (readonly [string, string])[];
  /** What of the URL all of them have in common. */
  readonly kept?: readonly string[];
}) {
  const view = useView(views);
  const [search] = useSearchState();
  const common = Object.fromEntries(kept.flatMap((name) => (search[name] ? [[name, search[name]]] : [])));
  return (
    <nav aria-label={label} className="flex flex-wrap gap-1 border-b border-line">
      {views.map(([name, title], at) => (
        <Link
          key={name}
          to="."
          search={(at === 0 ? common : { ...common, view: name }) as never}
          aria-current={name === view ? 'page' : undefined}
          className={`border-b-2 px-3 py-2 font-medium ${name === view ? 'border-accent text-accent' : 'border-transparent text-soft hover:text-ink'}`}
        >
          {title}
        </Link>
      ))}
    </nav>
  );
}

export function useView(views: readonly (readonly [string, string])[]): string {
  const [{ view }] = useSearchState();
  return views.find(([name]) => name === view)?.[0] ?? views[0]?.[0] ?? '';
}
