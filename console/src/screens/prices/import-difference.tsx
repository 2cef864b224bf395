import type { ImportPricesResult, PriceDifference } from '../../api/gen/index.ts';
import { count } from '../../ui/format.ts';
import { type Column, Table } from '../../ui/table.tsx';

/** A catalogue may differ in thousands of numbers; the page stays smooth, and says how many there are. */
const SHOWN_MAX = 500;

const columns: readonly Column<PriceDifference>[] = [
  { title: 'Price of', cell: ({ price_id }) => <span className="break-words">{price_id}</span> },
  { title: 'Unit', cell: ({ unit }) => unit?.replaceAll('_', ' ') },
  { title: 'Before', cell: ({ before_usd_per_million }) => amount(before_usd_per_million), isNumber: true },
  { title: 'After', cell: ({ after_usd_per_million }) => amount(after_usd_per_million), isNumber: true },
];

/** What a price file changes, number by number, before or after it is published. */
export function ImportDifference({ shown }: { readonly shown: ImportPricesResult }) {
  const { differences = [], unchanged = 0, skipped = [], published = 0 } = shown;
  const told =
    published > 0
      ? `${count(published)} prices are published.`
      : `${count(differences.length)} numbers differ, ${count(unchanged)} prices stay as they are.`;
  return (
    <section aria-label="The difference" className="flex flex-col gap-3">
      <p role="status" className="font-medium">
        {told}
      </p>
      {differences.length > 0 && (
        <Table
          caption="What differs, in USD for a million"
          columns={columns}
          rows={differences.slice(0, SHOWN_MAX)}
          idOf={({ price_id, unit }) => `${price_id} ${unit}`}
          empty=""
        />
      )}
      {differences.length > SHOWN_MAX && (
        <p className="text-soft">and {count(differences.length - SHOWN_MAX)} more; name catalogues to see fewer.</p>
      )}
      {skipped.length > 0 && (
        <details>
          <summary>{count(skipped.length)} rows were not read</summary>
          <ul className="list-disc py-2 pl-6 text-soft">
            {skipped.slice(0, SHOWN_MAX).map((row) => (
              <li key={row} className="break-words">
                {row}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function amount(usd: string | null | undefined): string {
  return usd ? `$${usd}` : 'none';
}
