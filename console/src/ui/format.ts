/* How amounts, counts and times are shown. Amounts are decimal text: no float touches them. */

/** An amount in USD, rounded half up to cents, or to the first two digits that say something. What is exact stands beside it. */
export function shortUsd(usd: string): string {
  const isNegative = usd.startsWith('-');
  const [whole = '0', fraction = ''] = usd.replace('-', '').split('.');
  const first = fraction.search(/[1-9]/);
  const places = whole !== '0' || first === -1 ? 2 : Math.max(2, first + 2);
  const scaled = roundedAt(whole + fraction.padEnd(places + 1, '0'), whole.length + places);
  const digits = scaled.padStart(places + 1, '0');
  const grouped = digits.slice(0, -places).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${isNegative ? '−' : ''}$${grouped}.${digits.slice(-places)}`;
}

/** The first `length` digits of a number, the last of them rounded half up. */
function roundedAt(digits: string, length: number): string {
  const kept = BigInt(digits.slice(0, length) || '0');
  return String(Number(digits[length] ?? '0') >= 5 ? kept + 1n : kept);
}

const counts = new Intl.NumberFormat('en');
const shortCounts = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

export function count(value: number | string | bigint): string {
  return counts.format(BigInt(value));
}

export function shortCount(value: number | string): string {
  return shortCounts.format(Number(value));
}

export function milliseconds(value: number): string {
  return value < 1_000 ? `${value} ms` : `${(value / 1_000).toFixed(value < 10_000 ? 2 : 1)} s`;
}

const HOURS_OF_A_DAY = 24;
const DAYS_SHOWN = 365;

/** How long something lasts, in whole hours up to two days, then in days, up to a year. */
export function lasting(hours: number): string {
  if (hours < 1) return 'under an hour';
  if (hours < 2 * HOURS_OF_A_DAY) return hours === 1 ? '1 hour' : `${hours} hours`;
  const days = Math.floor(hours / HOURS_OF_A_DAY);
  return days > DAYS_SHOWN ? 'over a year' : `${days} days`;
}

const local = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** In the viewer's own zone. */
export function localTime(iso: string): string {
  return local.format(new Date(iso));
}

/** In UTC, to the millisecond. */
export function utcTime(iso: string): string {
  return `${new Date(iso).toISOString().replace('T', ' ').replace('Z', '')} UTC`;
}
