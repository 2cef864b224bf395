import type { IncomingHttpHeaders } from 'node:http';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';

/** One of the values, in whatever case; undefined: the header is not there. Throws a `Fault` that names it for another value. */
export function oneOf<T extends string>(
  headers: IncomingHttpHeaders,
  name: string,
  values: readonly T[],
): T | undefined {
  const given = headers[name];
  if (given === undefined) return undefined;
  const text = String(given).trim().toLowerCase();
  const value = values.find((each) => each === text);
  if (value !== undefined) return value;
  throw new Fault(invalid(`The header ${name} must be one of ${values.join(', ')}.`, name));
}

/** A whole number within bounds; undefined: the header is not there. Throws a `Fault` that names it for anything else. */
export function wholeNumber(
  headers: IncomingHttpHeaders,
  name: string,
  { least, most }: { readonly least: number; readonly most: number },
): number | undefined {
  const given = headers[name];
  if (given === undefined) return undefined;
  const text = String(given).trim();
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new Fault(invalid(`The header ${name} must be a whole number from ${least} to ${most}.`, name));
}
