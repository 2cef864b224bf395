/** How providers date a model in its name: `…-2024-08-06`, `…-20250929`, `…@20250929`. */
const DATE = /[-@](\d{4})-?(\d{2})-?(\d{2})$/;

/** The day of a model without a date in its name. Nobody publishes it, and clients must see the same day at each start. */
const UNDATED_S = Date.UTC(2024, 0, 1) / 1_000;

const SECOND_MS = 1_000;

/** OpenAI's `created` of a model, in seconds: the day in its name, the same at every start. */
export function modelCreatedAtS(name: string): number {
  const [, year, month, day] = DATE.exec(name) ?? [];
  const timeMs = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
  return Number.isNaN(timeMs) ? UNDATED_S : timeMs / SECOND_MS;
}
