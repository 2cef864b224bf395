import { type MyPriceLine, mePrices } from '../../api/gen/index.ts';
import { Listed } from '../../ui/listed.tsx';
import { Page } from '../../ui/page.tsx';
import type { Column } from '../../ui/table.tsx';
import { usePage } from '../../ui/use-page.ts';
import { moreOf, OfUnit } from '../prices/price-terms.tsx';

const filters = [{ name: 'search', label: 'Search' }];

const usual = ({ costs = [] }: MyPriceLine) => costs[0] ?? {};

const columns: readonly Column<MyPriceLine>[] = [
  { title: 'Model', cell: ({ id }) => <span className="break-words">{id}</span> },
  { title: 'Input', cell: (line) => <OfUnit terms={usual(line)} unit="input" />, isNumber: true },
  { title: 'Output', cell: (line) => <OfUnit terms={usual(line)} unit="output" />, isNumber: true },
  { title: 'Cached input', cell: (line) => <OfUnit terms={usual(line)} unit="cached_input" />, isNumber: true },
  { title: 'More', cell: (line) => more(line) || '–', isMinor: true },
];

/** What a holder may ask for, and what they pay for it. */
export default function MyPrices() {
  const question = usePage(['my-prices'], (asked) => mePrices(asked));
  return (
    <Page
      title="Prices"
      lead="What you pay in USD for a million of each unit. A request keeps the price that it was admitted at."
    >
      <Listed caption="Prices" empty="No model has a name like that." {...{ question, filters, columns }} />
    </Page>
  );
}

function more(line: MyPriceLine): string {
  const others = (line.costs ?? [])
    .slice(1)
    .map(({ prices = [] }) => prices.map(({ unit, usd_per_million }) => `${unit} $${usd_per_million}`).join(', '))
    .map((terms) => `where another provider answers: ${terms}`);
  return [moreOf(usual(line)), ...others].filter((text) => text !== '').join('; ');
}
