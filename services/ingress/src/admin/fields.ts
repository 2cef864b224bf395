import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import type { JsonObject } from '#kernel/json.ts';

/** Refuses a field nobody asked for: a misspelt `requests_per_minute` must not pass for none at all. */
export function onlyFields(body: JsonObject, fields: readonly string[]): void {
  for (const field of Object.keys(body)) {
    if (fields.includes(field)) continue;
    throw new Fault(invalid(`Unknown field '${field}': expected ${fields.join(', ')}.`, field));
  }
}

/** A text of 1 to `maxCharacters`, without blanks around it, control characters and broken Unicode, which a database
 * cannot hold. */
export function requiredText(body: JsonObject, field: string, maxCharacters: number): string {
  const value = body[field];
  if (typeof value !== 'string') throw new Fault(invalid(`'${field}' must be a string.`, field));
  const text = value.trim();
  if (text === '' || text.length > maxCharacters) {
    throw new Fault(invalid(`'${field}' must have 1 to ${maxCharacters} characters.`, field));
  }
  if (/\p{Cc}/u.test(text) || !text.isWellFormed()) {
    throw new Fault(invalid(`'${field}' must not contain control characters or broken Unicode.`, field));
  }
  return text;
}

/** As `requiredText`, or empty where the field is left out. */
export function optionalText(body: JsonObject, field: string, maxCharacters: number): string {
  return body[field] === undefined || body[field] === null ? '' : requiredText(body, field, maxCharacters);
}

/** An integer from 0 to `max`; 0 where the field is left out. */
export function optionalCount(body: JsonObject, field: string, max: number): number {
  const value = body[field] ?? 0;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw new Fault(invalid(`'${field}' must be an integer from 0 to ${max}.`, field));
}
