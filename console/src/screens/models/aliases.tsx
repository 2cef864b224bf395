import { type Alias, aliasesList } from '../../api/gen/index.ts';
import { Listed } from '../../ui/listed.tsx';
import { ResourceActions } from '../../ui/resource-actions.tsx';
import { Moment } from '../../ui/shown.tsx';
import type { Column } from '../../ui/table.tsx';
import { usePage } from '../../ui/use-page.ts';
import { aliasKind } from './alias-kind.ts';

const filters = [{ name: 'search', label: 'Search' }];

const columns: readonly Column<Alias>[] = [
  { title: 'Alias', cell: ({ id }) => <span className="break-words">{id}</span>, sort: 'id' },
  { title: 'Stands for', cell: ({ models = [] }) => <span className="break-words">{models.join(', then ')}</span> },
  { title: 'Strategy', cell: ({ strategy }) => strategy || '–', isMinor: true },
  { title: 'Created', cell: ({ created_at }) => <Moment at={created_at} />, sort: 'created_at', isMinor: true },
  { title: 'Actions', cell: ({ id }) => <ResourceActions kind={aliasKind} id={id ?? ''} /> },
];

/** Other names for models. */
export function Aliases() {
  const question = usePage(['models', 'aliases'], (asked) => aliasesList(asked));
  return (
    <Listed
      caption="Aliases"
      empty="An alias lets clients keep a name while you choose what answers to it."
      {...{ question, filters, columns }}
    />
  );
}
