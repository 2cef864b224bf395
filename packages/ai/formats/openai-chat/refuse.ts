import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { isJsonObject, type JsonObject } from '#kernel/json.ts';
import { wrongType } from '../../ask/problems.ts';

/** A request that is none of a chat, by the field as the client wrote it. */
export function refuse(param: string, message: string): Fault {
  return new Fault(invalid(message, param));
}

/** Throws unless the value is text. */
export function stringAt(value: unknown, param: string): string {
  if (typeof value === 'string') return value;
  throw new Fault(wrongType(param, 'a string', value));
}

/** Throws unless the value is an object. */
export function objectAt(value: unknown, param: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw new Fault(wrongType(param, 'an object', value));
}

/** Throws unless the value is an array. */
export function arrayAt(value: unknown, param: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Fault(wrongType(param, 'an array', value));
}

/** undefined where there is none; throws unless it is text. */
export function optionalString(value: unknown, param: string): string | undefined {
  return value === undefined || value === null ? undefined : stringAt(value, param);
}
