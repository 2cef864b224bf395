import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import { type PriceBookLine, type PricesBookData, pricesBook } from '../../api/gen/index.ts';
import { useMay } from '../../session/session.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Filters } from '../../ui/filters.tsx';
import { Page } from '../../ui/page.tsx';
import { Pager } from '../../ui/pager.tsx';
import { Panel } from '../../ui/panel.tsx';
import { useSearchState } from '../../ui/search-state.ts';
import { Moment } from '../../ui/shown.tsx';
import { Loading, Problem } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { ImportPrices } from './import-prices.tsx';
import { PriceActions } from './price-actions.tsx';
import { PriceForm } from './price-form.tsx';

const ROWS = 50;

const filters = [
  { name: 'search', label: 'Name has' },
  { name: 'kind', label: 'Whose', options: ['own', 'catalogue'] },
];

const columns: readonly Column<PriceBookLine>[] = [
  { title: 'Price of', cell: ({ id }) => <span className="break-words">{id}</span> },
  { title: 'Input', cell: (line) => <OfUnit line={line} unit="input" />, isNumber: true },
  { title: 'Output', cell: (line) => <OfUnit line={line} unit="output" />, isNumber: true },
  { title: 'Cached input', cell: (line) => <OfUnit line={line} unit="cached_input" />, isNumber: true, isMinor: true },
  { title: 'More', cell: (line) => moreOf(line) || '–', isMinor: true },
  { title: 'Holds', cell: (line) => <Holds line={line} /> },
  { title: 'Source', cell: ({ source }) => <span className="break-words">{source}</span>, isMinor: true },
  { title: 'Actions', cell: (line) => <PriceActions line={line} /> },
];

/** What a million of each unit costs: the operator's own prices, and else those of the catalogues. */
export default function Prices() {
  const [search] = useSearchState();
  const mayWrite = useMay('operator', 'billing');
  const [open, setOpen] = useState<'price' | 'import' | null>(null);
  const query = { ...search, limit: ROWS } as NonNullable<PricesBookData['query']>;
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['prices', query],
    queryFn: ({ signal }) => ask(pricesBook({ query, signal })),
  });
  const close = (): void => setOpen(null);
  return (
    <Page
      title="Prices"
      lead="USD for a million of each unit. A price of your own goes before one of the catalogue; requests keep the price they were admitted at."
      actions={
        mayWrite && (
          <>
            <Button onClick={() => setOpen('import')}>Import</Button>
            <Button look="primary" onClick={() => setOpen('price')}>
              Set a price
            </Button>
          </>
        )
      }
    >
      <Filters filters={filters} />
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      <Panel>
        {isPending && error === null && <Loading />}
        {data !== undefined && (
          <>
            <Table
              caption="Prices"
              columns={columns}
              rows={data.data}
              idOf={({ id }) => id ?? ''}
              empty="No price has a name like that. Without a price a model's requests are refused."
            />
            <Pager lastId={data.last_id} hasMore={data.has_more} />
          </>
        )}
      </Panel>
      {open === 'price' && <PriceForm id="" onClose={close} />}
      {open === 'import' && <ImportPrices onClose={close} />}
    </Page>
  );
}

function OfUnit({ line, unit }: { readonly line: PriceBookLine; readonly unit: string }) {
  const found = line.prices?.find((price) => price.unit === unit)?.usd_per_million;
  if (found === undefined || found === null) return <span className="text-soft">–</span>;
  return <data value={found} title={`${found} USD for a million`}>{`$${found}`}</data>;
}

/** What has no column of its own. */
function moreOf({ prices = [], bands = [], service_tiers = [] }: PriceBookLine): string {
  const others = prices
    .filter(({ unit }) => !['input', 'output', 'cached_input'].includes(unit ?? ''))
    .map(({ unit, usd_per_million }) => `${(unit ?? '').replaceAll('_', ' ')} $${usd_per_million}`);
  const above = bands.map(({ above_prompt_tokens }) => `others above ${above_prompt_tokens} tokens`);
  const tiers = service_tiers.map(({ service_tier }) => `others in ${service_tier}`);
  return [...others, ...above, ...tiers].join(', ');
}

function Holds({ line }: { readonly line: PriceBookLine }) {
  if (line.holds_from) {
    return (
      <span className="flex flex-col">
        <Badge tone="warn">later</Badge>
        <Moment at={line.holds_from} />
      </span>
    );
  }
  return line.own === true ? <Badge tone="good">own</Badge> : <Badge>catalogue</Badge>;
}
