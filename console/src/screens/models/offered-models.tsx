import { Link } from '@tanstack/react-router';
import { modelsOffered, type OfferedCandidate, type OfferedModel } from '../../api/gen/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { shortCount } from '../../ui/format.ts';
import { Listed } from '../../ui/listed.tsx';
import { Moment } from '../../ui/shown.tsx';
import type { Column } from '../../ui/table.tsx';
import { usePage } from '../../ui/use-page.ts';

/** More would make a row as high as the screen. */
const CANDIDATES_SHOWN = 4;

const filters = [
  { name: 'search', label: 'Search' },
  { name: 'provider', label: 'Provider' },
  { name: 'pricing', label: 'Price', options: ['priced', 'unpriced'] },
];

const sources: Readonly<Record<string, string>> = {
  alias: 'alias',
  model: 'definition',
  provider: "providers' lists",
};

const columns: readonly Column<OfferedModel>[] = [
  { title: 'Model', cell: ({ id }) => <span className="break-words">{id}</span> },
  { title: 'Goes to', cell: ({ candidates = [] }) => <Candidates candidates={candidates} /> },
  { title: 'By', cell: ({ defined_by }) => sources[defined_by ?? ''] ?? defined_by, isMinor: true },
  { title: 'Price', cell: (model) => <Priced model={model} /> },
  {
    title: 'Takes',
    cell: ({ context_tokens = 0 }) => (context_tokens === 0 ? '–' : `${shortCount(context_tokens)} tokens`),
    isNumber: true,
    isMinor: true,
  },
  { title: 'Can do', cell: (model) => <Abilities model={model} />, isMinor: true },
  { title: 'Ends', cell: (model) => <End model={model} />, isMinor: true },
];

/** What `/v1/models` lists, and what it leaves out for want of a price. */
export function OfferedModels() {
  const question = usePage(['models', 'offered'], (asked) => modelsOffered(asked));
  return (
    <Listed
      caption="Models that are offered"
      empty="No active provider has a model of that name."
      {...{ question, filters, columns }}
    />
  );
}

function Candidates({ candidates }: { readonly candidates: readonly OfferedCandidate[] }) {
  const more = candidates.length - CANDIDATES_SHOWN;
  return (
    <ol className="flex flex-col gap-0.5">
      {candidates.slice(0, CANDIDATES_SHOWN).map(({ provider, model, stage = 0, tier = 0 }) => (
        <li key={`${stage} ${tier} ${provider} ${model}`} className="break-words">
          {provider} <span className="text-soft">/ {model}</span>
          {stage > 0 && <span className="text-soft"> (fallback)</span>}
        </li>
      ))}
      {more > 0 && <li className="text-soft">and {more} more</li>}
    </ol>
  );
}

function Priced({ model }: { readonly model: OfferedModel }) {
  const { priced, candidates = [] } = model;
  const unpriced = candidates.filter((candidate) => candidate.priced !== true).map(({ price_id }) => price_id);
  const search = { search: candidates[0]?.price_id ?? '' };
  if (priced !== true) {
    return (
      <span title={`Give one of these a price: ${unpriced.join(', ')}`}>
        <Badge tone="bad">none: refused</Badge>
      </span>
    );
  }
  return (
    <span className="flex flex-wrap gap-1">
      <Link to="/prices" search={search as never} className="text-accent hover:underline">
        priced
      </Link>
      {unpriced.length > 0 && (
        <span title={`Without a price: ${unpriced.join(', ')}`}>
          <Badge tone="warn">in part</Badge>
        </span>
      )}
    </span>
  );
}

function Abilities({ model }: { readonly model: OfferedModel }) {
  const { capabilities = [], input_modalities = [], output_modalities = [] } = model;
  const kinds = [...input_modalities.filter((kind) => kind !== 'text').map((kind) => `reads ${kind}`)];
  const given = output_modalities.filter((kind) => kind !== 'text').map((kind) => `gives ${kind}`);
  const all = [...capabilities.map((name) => name.replaceAll('_', ' ')), ...kinds, ...given];
  if (all.length === 0) return <span className="text-soft">–</span>;
  return <span>{all.join(', ')}</span>;
}

function End({ model }: { readonly model: OfferedModel }) {
  const { deprecated_at, retires_at, successor } = model;
  if (!retires_at && !deprecated_at) return <span className="text-soft">–</span>;
  return (
    <span className="flex flex-col">
      {retires_at ? <Moment at={retires_at} /> : <Badge tone="warn">deprecated</Badge>}
      {successor && <span className="text-soft">use {successor}</span>}
    </span>
  );
}
