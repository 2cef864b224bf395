import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from '#testkit/test.ts';
import { isUnit } from '../units.ts';
import type { Usage } from '../usage.ts';
import type { UsageRules } from '../usage-rules.ts';
import { readUsage } from './read-usage.ts';

/** A provider's report, and what it means. */
interface GoldenRow {
  readonly provider: string;
  readonly note: string;
  readonly rules: UsageRules;
  readonly hasOutput: boolean;
  readonly reported: unknown;
  /** null: the report says nothing. */
  readonly usage: Usage | null;
  readonly flags: readonly string[];
  readonly serviceTier: string;
}

const golden: readonly GoldenRow[] = JSON.parse(readFileSync(new URL('golden-usage.json', import.meta.url), 'utf8'));

for (const { provider, note, rules, hasOutput, reported, usage, flags, serviceTier } of golden) {
  test(`${provider}: ${note}`, () => {
    const read = readUsage(reported, rules, { hasOutput });
    assert.deepEqual(read?.usage ?? null, usage);
    if (read === null) return;
    assert.deepEqual([...read.flags], flags);
    assert.equal(read.serviceTier, serviceTier);
    assert.deepEqual(JSON.parse(read.reported), reported);
    for (const [unit, quantity] of Object.entries(read.usage)) assert.ok(isUnit(unit) && quantity > 0, unit);
  });
}
