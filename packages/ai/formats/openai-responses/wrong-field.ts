import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { isJsonObject, type JsonObject } from '#kernel/json.ts';
import { wrongType } from '../../ask/problems.ts';
import { isKeptNumber } from '../../json/kept-number.ts';

/** A field of another type than it has to be. */
export function wrongTypeFault(param: string, expected: string, value: unknown): Fault {
  return new Fault(wrongType(param, expected, value));
}

export function invalidFault(message: string, param: string): Fault {
  return new Fault(invalid(message, param));
}

/** The field as an object; throws a `Fault` that names it if it is something else. */
export function objectAt(value: unknown, param: string): JsonObject {
  if (!isJsonObject(value)) throw wrongTypeFault(param, 'an object', value);
  return value;
}

export function stringAt(value: unknown, param: string): string {
  if (typeof value !== 'string') throw wrongTypeFault(param, 'a string', value);
  return value;
}

/** undefined: the field is left out or null. */
export function stringOrNone(value: unknown, param: string): string | undefined {
  return value === undefined || value === null ? undefined : stringAt(value, param);
}

export function numberOrNone(value: unknown, param: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  const number = isKeptNumber(value) ? Number(value.rawJSON) : value;
  if (typeof number !== 'number') throw wrongTypeFault(param, 'a number', value);
  return number;
}

export function booleanOrNone(value: unknown, param: string): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw wrongTypeFault(param, 'a boolean', value);
  return value;
}
