import { type PriceBookLine, pricesBook } from '../../api/gen/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { Listed } from '../../ui/listed.tsx';
import { Opens } from '../../ui/opens.tsx';
import { Page } from '../../ui/page.tsx';
import { ResourceForm } from '../../ui/resource-form.tsx';
import { Moment } from '../../ui/shown.tsx';
import type { Column } from '../../ui/table.tsx';
import { usePage } from '../../ui/use-page.ts';
import { ImportPrices } from './import-prices.tsx';
import { PriceActions } from './price-actions.tsx';
import { priceKind } from './price-kind.ts';
import { moreOf, OfUnit } from './price-terms.tsx';

const filters = [
  { name: 'search', label: 'Search' },
  { name: 'kind', label: 'Whose', options: ['own', 'catalogue'] },
];

const columns: readonly Column<PriceBookLine>[] = [
  { title: 'Price of', cell: ({ id }) => <span className="break-words">{id}</span> },
  { title: 'Input', cell: (line) => <OfUnit terms={line} unit="input" />, isNumber: true },
  { title: 'Output', cell: (line) => <OfUnit terms={line} unit="output" />, isNumber: true },
  { title: 'Cached input', cell: (line) => <OfUnit terms={line} unit="cached_input" />, isNumber: true, isMinor: true },
  { title: 'More', cell: (line) => moreOf(line) || '–', isMinor: true },
  { title: 'Holds', cell: (line) => <Holds line={line} /> },
  { title: 'Source', cell: ({ source }) => <span className="break-words">{source}</span>, isMinor: true },
  { title: 'Actions', cell: (line) => <PriceActions line={line} /> },
];

/** What a million of each unit costs: the operator's own prices, and else those of the catalogues. */
export default function Prices() {
  const question = usePage(['prices'], (asked) => pricesBook(asked));
  return (
    <Page
      title="Prices"
      lead="USD for a million of each unit. A price of your own goes before one of the catalogue; requests keep the price they were admitted at."
      actions={
        <>
          <Opens label="Import" roles={priceKind.roles}>
            {(close) => <ImportPrices onClose={close} />}
          </Opens>
          <Opens label="Set a price" look="primary" roles={priceKind.roles}>
            {(close) => <ResourceForm kind={priceKind} onClose={close} />}
          </Opens>
        </>
      }
    >
      <Listed
        caption="Prices"
        empty="No price has a name like that. Without a price a model's requests are refused."
        {...{ question, filters, columns }}
      />
    </Page>
  );
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
