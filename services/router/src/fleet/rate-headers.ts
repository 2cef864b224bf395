/** Headers as they came, names in lower case. */
export type RateHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** One of a provider's rate limits as its headers tell it. Absent: they do not say. */
export interface ToldLimit {
  limit?: number;
  remaining?: number;
  resetAtMs?: number;
}

/** A provider tells of some four. More than these are not rate limits. */
const LIMITS_MAX = 16;
/** Longer than any number, duration or date. */
const VALUE_CHARACTERS_MAX = 256;
/** A limit that starts anew later than this is looked at again after it: one call then tells. */
const RESET_MAX_MS = 3_600_000;

/**
 * The rate limits in an answer's headers, by what they limit ("requests", "tokens-minute", empty: not said). Read are
 * `x-ratelimit-<limit|remaining|reset>-<what>` (OpenAI, Azure, Groq, Cerebras, Mistral), `anthropic-ratelimit-<what>-<…>`,
 * `ratelimit-<…>`, `x-ratelimit-<…>` (GitHub, OpenRouter, Together) and the fields `RateLimit` and `RateLimit-Policy` of the IETF's drafts.
 * What is no number, duration or date is left out.
 */
export function readRateHeaders(headers: RateHeaders, nowMs: number): ReadonlyMap<string, ToldLimit> {
  const told = new Map<string, ToldLimit>();
  for (const name in headers) {
    if (!name.includes('ratelimit') && !name.includes('tokenlimit')) continue;
    const value = first(headers[name]);
    if (value.length > VALUE_CHARACTERS_MAX) continue;
    if (name === 'ratelimit' || name === 'ratelimit-policy') readStructured(told, value, nowMs);
    else readNamed(told, name, value, nowMs);
  }
  return told;
}

const kinds = new Map<string, keyof ToldLimit>([
  ['limit', 'limit'],
  ['remaining', 'remaining'],
  ['reset', 'resetAtMs'],
]);

function readNamed(told: Map<string, ToldLimit>, name: string, value: string, nowMs: number): void {
  let kind: keyof ToldLimit | undefined;
  const what: string[] = [];
  for (const word of name.split('-')) {
    const found = kinds.get(word);
    if (kind === undefined && found !== undefined) kind = found;
    else if (!vendors.has(word)) what.push(word);
  }
  if (kind !== undefined) note(told, what.join('-'), kind, value, nowMs);
}

/** What says whose header it is, not what is limited. */
const vendors: ReadonlySet<string> = new Set(['x', 'anthropic', 'ratelimit', 'azure', 'ms']);

/** `limit=100, remaining=50, reset=5`, or `"default";r=50;t=5` beside the policy `"default";q=100;w=60`. */
const structured = /(?:^|[;,\s])(limit|remaining|reset|q|r|t)=(\d{1,15})(?![\d.])/g;
const structuredKinds = new Map<string, keyof ToldLimit>([
  ...kinds,
  ['q', 'limit'],
  ['r', 'remaining'],
  ['t', 'resetAtMs'],
]);

function readStructured(told: Map<string, ToldLimit>, value: string, nowMs: number): void {
  for (const [, key = '', number = ''] of value.matchAll(structured)) {
    const kind = structuredKinds.get(key);
    if (kind !== undefined) note(told, '', kind, number, nowMs);
  }
}

function note(told: Map<string, ToldLimit>, what: string, kind: keyof ToldLimit, value: string, nowMs: number): void {
  const number = kind === 'resetAtMs' ? resetAtMs(value, nowMs) : countIn(value);
  if (number === undefined) return;
  const known = told.get(what);
  // Of several windows of one name the first counts.
  if (known !== undefined) known[kind] ??= number;
  else if (told.size < LIMITS_MAX) told.set(what, { [kind]: number });
}

const count = /^\d{1,15}(?:\.\d{1,9})?(?=$|[,;\s])/;

function countIn(value: string): number | undefined {
  const match = count.exec(value);
  return match === null ? undefined : Number(match[0]);
}

const seconds = /^\d{1,15}(?:\.\d{1,9})?$/;
const duration = /^(?:\d{1,9}(?:\.\d{1,9})?(?:ms|us|µs|ns|d|h|m|s)){1,6}$/;
const durationPart = /(\d+(?:\.\d+)?)(ms|us|µs|ns|d|h|m|s)/g;
const date = /^\d{4}-\d\d-\d\dT\d\d:\d\d|^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), /;

const unitsMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** No one waits for thirty years: numbers from here on are seconds since 1970, and a thousand times greater ones milliseconds. */
const EPOCH_S_MIN = 1e9;
const EPOCH_MS_MIN = 1e12;

/** `1s`, `6m0s`, `250ms`, `7.66`, `1735689600`, `2026-01-01T00:00:00Z`. Between now and `RESET_MAX_MS` later. */
function resetAtMs(value: string, nowMs: number): number | undefined {
  const atMs = momentIn(value, nowMs);
  return Number.isNaN(atMs) ? undefined : Math.min(Math.max(nowMs, atMs), nowMs + RESET_MAX_MS);
}

function momentIn(value: string, nowMs: number): number {
  if (seconds.test(value)) {
    const number = Number(value);
    if (number >= EPOCH_MS_MIN) return number;
    return number >= EPOCH_S_MIN ? number * 1_000 : nowMs + number * 1_000;
  }
  if (duration.test(value)) {
    let sumMs = 0;
    for (const [, number, unit = ''] of value.matchAll(durationPart)) sumMs += Number(number) * (unitsMs[unit] ?? 0);
    return nowMs + sumMs;
  }
  return date.test(value) ? Date.parse(value) : Number.NaN;
}

function first(value: string | readonly string[] | undefined): string {
  return (typeof value === 'string' ? value : (value?.[0] ?? '')).trim();
}
