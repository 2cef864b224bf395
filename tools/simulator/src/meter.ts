import type { FormatName } from '#ai/format.ts';
import { type Unit, unitNames } from '#ai/units.ts';
import type { Usage } from '#ai/usage.ts';

/** Records kept for reading back, the newest win: a load test's worth, some 60 MB. Totals know no such bound. */
export const RECORDS_MAX = 200_000;
/** So many models have totals of their own. Further names are added up under `OTHER_MODELS`, so that junk fills no memory. */
export const MODELS_MAX = 1_000;
export const OTHER_MODELS = '(other models)';

export interface MeterRecord {
  readonly requestId: string | null;
  readonly sequence: number;
  readonly format: FormatName;
  readonly model: string;
  readonly status: 'completed' | 'aborted' | 'failed';
  /** What is right to bill, by unit, whatever the answer reports. */
  readonly usage: Usage;
  /** The answer reports no usage: what a gateway bills can only be estimated. */
  readonly isUsageOmitted: boolean;
  readonly stream: boolean;
  readonly startedAtMs: number;
}

export interface ModelTotals {
  requests: number;
  completed: number;
  aborted: number;
  failed: number;
  usage: Partial<Record<Unit, number>>;
}

export interface Meter {
  record(record: MeterRecord): void;
  totals(): Record<string, ModelTotals>;
  /** Kept records in the order in which they ended, all of them or those of one request id. */
  records(requestId?: string): MeterRecord[];
  reset(): void;
}

/** A meter in memory: totals a model since the last reset, and the last `keep` records. */
export function createMeter(keep: number = RECORDS_MAX): Meter {
  const totals = new Map<string, ModelTotals>();
  let ring: MeterRecord[] = [];
  let next = 0;

  return {
    record(record) {
      addTo(totalsOf(totals, record.model), record);
      ring[next] = record;
      next = (next + 1) % keep;
    },
    totals: () => Object.fromEntries(totals),
    records(requestId) {
      const inOrder = ring.length < keep ? ring.slice() : [...ring.slice(next), ...ring.slice(0, next)];
      return requestId === undefined ? inOrder : inOrder.filter((record) => record.requestId === requestId);
    },
    reset() {
      totals.clear();
      ring = [];
      next = 0;
    },
  };
}

function totalsOf(totals: Map<string, ModelTotals>, model: string): ModelTotals {
  const known = totals.get(model);
  if (known !== undefined) return known;
  if (totals.size >= MODELS_MAX && model !== OTHER_MODELS) return totalsOf(totals, OTHER_MODELS);
  const fresh: ModelTotals = { requests: 0, completed: 0, aborted: 0, failed: 0, usage: {} };
  totals.set(model, fresh);
  return fresh;
}

function addTo(totals: ModelTotals, { status, usage }: MeterRecord): void {
  totals.requests += 1;
  totals[status] += 1;
  for (const unit of unitNames) {
    const quantity = usage[unit];
    if (quantity !== undefined) totals.usage[unit] = (totals.usage[unit] ?? 0) + quantity;
  }
}
