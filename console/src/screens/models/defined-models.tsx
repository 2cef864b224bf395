import { type Model, modelsList } from '../../api/gen/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { Listed } from '../../ui/listed.tsx';
import { ResourceActions } from '../../ui/resource-actions.tsx';
import { Moment } from '../../ui/shown.tsx';
import type { Column } from '../../ui/table.tsx';
import { usePage } from '../../ui/use-page.ts';
import { modelKind } from './model-kind.ts';
import { targetsText } from './targets-text.ts';

const filters = [
  { name: 'search', label: 'Search' },
  { name: 'status', label: 'Status', options: ['active', 'disabled'] },
];

const columns: readonly Column<Model>[] = [
  { title: 'Model', cell: ({ id }) => <span className="break-words">{id}</span>, sort: 'id' },
  {
    title: 'Status',
    cell: ({ status }) => <Badge tone={status === 'disabled' ? 'bad' : 'good'}>{status}</Badge>,
    isMinor: true,
  },
  {
    title: 'Targets',
    cell: ({ targets = [] }) => <span className="whitespace-pre-line break-words">{targetsText(targets) || '–'}</span>,
  },
  { title: 'Strategy', cell: ({ strategy }) => strategy || '–', isMinor: true },
  { title: 'Fallbacks', cell: ({ fallbacks = [] }) => fallbacks.join(', ') || '–', isMinor: true },
  { title: 'Created', cell: ({ created_at }) => <Moment at={created_at} />, sort: 'created_at', isMinor: true },
  { title: 'Actions', cell: ({ id }) => <ResourceActions kind={modelKind} id={id ?? ''} /> },
];

/** What is said of models beside what the catalogue and the providers say. */
export function DefinedModels() {
  const question = usePage(['models', 'defined'], (asked) => modelsList(asked));
  return (
    <Listed
      caption="Definitions of models"
      empty="Models of providers need none. Define one to choose its targets, its fallbacks or its strategy, or to disable it."
      {...{ question, filters, columns }}
    />
  );
}
