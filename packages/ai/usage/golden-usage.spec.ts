import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { JsonObject } from '#kernel/json.ts';
import { readOwnPrice } from '#money/own-price.ts';
import { BASIS_POINTS, rate } from '#money/rate.ts';
import { describe, test } from '#testkit/test.ts';
import type { FormatName, FrontFormatName } from '../format.ts';
import { formatTable } from '../formats/format-table.ts';
import { providerRows } from '../providers/provider-rows.ts';
import { providerRow, usageRulesIn } from '../providers/spoken-by.ts';
import { isUnit } from '../units.ts';
import type { Usage } from '../usage.ts';
import type { UsageRules } from '../usage-rules.ts';

/** A provider's report in a format, what it means, and what that costs at the file's prices. */
interface GoldenRow {
  readonly format: FormatName;
  readonly provider: string;
  readonly note: string;
  /** Of a provider that has no row; absent: those of its row. */
  readonly rules?: UsageRules;
  readonly reported: unknown;
  /** null: the report says nothing. */
  readonly usage: Usage | null;
  readonly flags: readonly string[];
  readonly serviceTier: string;
  readonly nanoUsd: number | null;
}

/** A stream of a provider, where its report stands in no usual place. An event is a chunk, or a line as it comes. */
interface GoldenStream extends Pick<GoldenRow, 'provider' | 'note' | 'serviceTier'> {
  readonly format: FrontFormatName;
  readonly events: readonly (JsonObject | string)[];
  readonly usage: Usage;
}

/** US dollars for a million, by unit. */
type Stated = Readonly<Record<string, string>>;

interface Golden {
  readonly usdPerMillion: { readonly prices: Stated; readonly serviceTiers: Readonly<Record<string, Stated>> };
  readonly rows: readonly GoldenRow[];
  readonly streams: readonly GoldenStream[];
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
  for (const {
    format,
    provider,
    note,
    rules = rulesOf(provider, format),
    reported,
    usage,
    flags,
    serviceTier,
    nanoUsd,
  } of golden.rows) {
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

describe('a stream has its usage where its golden row says', () => {
  for (const { format: name, provider, note, events, usage, serviceTier } of golden.streams) {
    const format = formatTable[name];
    const row = providerRow(provider);
    assert.ok(row, provider);
    const rules = { ...row, usage: usageRulesIn(row, name) };

    test(`${name}, ${provider}: ${note}, as it is passed on`, () => {
      const tap = formatTable[name].client.openTap({ stream: true, rules, isUsageHidden: false, tellsCost: false });
      tap.push(Buffer.from(events.map(eventText).join('')));
      tap.end();
      assert.equal(tap.status(), 'whole');
      assert.deepEqual([tap.usage()?.usage, tap.usage()?.serviceTier], [usage, serviceTier]);
    });

    test(`${name}, ${provider}: ${note}, as it is read for another format`, () => {
      const reader = format.client.openReader?.({ rules, notes: {}, model: 'm' });
      assert.ok(reader);
      const chunks = events.filter((event) => typeof event !== 'string');
      for (const chunk of chunks) reader.readEvent({ name: '', data: JSON.stringify(chunk) });
      assert.equal(reader.readEnd(), 'whole');
      assert.deepEqual([reader.usage()?.usage, reader.usage()?.serviceTier], [usage, serviceTier]);
    });
  }
});

function eventText(event: JsonObject | string): string {
  return typeof event === 'string' ? `${event}\n\n` : `data: ${JSON.stringify(event)}\n\n`;
}

/** The rules of a provider's row. Throws where it has none and the golden row states none. */
function rulesOf(provider: string, format: FormatName): UsageRules {
  const row = providerRow(provider);
  if (row === undefined) throw new Error(`there is no provider '${provider}', and its golden row has no rules`);
  return usageRulesIn(row, format);
}

test('the golden file has a report of every provider, in a format that it speaks', () => {
  for (const { id, formats } of providerRows) {
    const spoken = golden.rows.filter(({ provider }) => provider === id).map(({ format }) => format);
    assert.ok(spoken.length > 0, `${id} has no report in golden-usage.json`);
    for (const format of spoken) assert.ok(formats.includes(format), `${id} does not speak ${format}`);
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
