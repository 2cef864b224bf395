import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readOwnPrice } from '#money/own-price.ts';
import { BASIS_POINTS, rate } from '#money/rate.ts';
import { describe, test } from '#testkit/test.ts';
import type { FormatName } from '../format.ts';
import { formatTable } from '../formats/format-table.ts';
import { isUnit } from '../units.ts';
import type { Usage } from '../usage.ts';
import type { UsageRules } from '../usage-rules.ts';

/** A provider's report in a format, what it means, and what that costs at the file's prices. */
interface GoldenRow {
  readonly format: FormatName;
  readonly provider: string;
  readonly note: string;
  readonly rules: UsageRules;
  readonly reported: unknown;
  /** null: the report says nothing. */
  readonly usage: Usage | null;
  readonly flags: readonly string[];
  readonly serviceTier: string;
  readonly nanoUsd: number | null;
}

/** US dollars for a million, by unit. */
type Stated = Readonly<Record<string, string>>;

interface Golden {
  readonly usdPerMillion: { readonly prices: Stated; readonly serviceTiers: Readonly<Record<string, Stated>> };
  readonly rows: readonly GoldenRow[];
}

const golden: Golden = JSON.parse(readFileSync(new URL('golden-usage.json', import.meta.url), 'utf8'));

const terms = readOwnPrice({
  prices: statedUnits(golden.usdPerMillion.prices),
  bands: [],
  serviceTiers: Object.entries(golden.usdPerMillion.serviceTiers).map(([serviceTier, prices]) => ({
    serviceTier,
    prices: statedUnits(prices),
    bands: [],
  })),
});

describe('a report of usage is read and rated as its golden row says', () => {
  for (const { format, provider, note, rules, reported, usage, flags, serviceTier, nanoUsd } of golden.rows) {
    test(`${format}, ${provider}: ${note}`, () => {
      const read = formatTable[format].client.readUsage(reported, rules);
      assert.deepEqual(read?.usage ?? null, usage);
      assert.equal(nanoUsd === null, usage === null);
      if (read === null) return;
      assert.deepEqual([...read.flags], flags);
      assert.equal(read.serviceTier, serviceTier);
      assert.deepEqual(JSON.parse(read.reported), reported);
      for (const [unit, quantity] of Object.entries(read.usage)) assert.ok(isUnit(unit) && quantity > 0, unit);
      const rating = rate(read.usage, terms, { serviceTier, multiplierBasisPoints: Number(BASIS_POINTS) });
      assert.deepEqual([rating.totalNanoUsd, rating.flags], [BigInt(nanoUsd ?? -1), []]);
    });
  }
});

test('the golden file has rows of every format that reports usage', () => {
  const formats = new Set(golden.rows.map(({ format }) => format));
  // Completions report as chat does.
  for (const name of Object.keys(formatTable))
    assert.ok(formats.has(name as FormatName) || name === 'openai-completions');
});

function statedUnits(stated: Stated) {
  return Object.entries(stated).map(([unit, usdPerMillion]) => ({ unit, usdPerMillion }));
}
