import { type CountField, countProblem, emailProblem, type TextField, textProblem } from '#contracts/admin-fields.ts';
import type { Refusal } from '#errors/error-table.ts';
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

/** The field's text, without blanks around it. Throws a `Fault` for one that is missing or out of its bounds. */
export function requiredText(body: JsonObject, field: TextField): string {
  return textOf(body, field.http, (text) => textProblem(field, text, field.http));
}

/** As `requiredText`, or empty where the field is left out. */
export function optionalText(body: JsonObject, field: TextField): string {
  return body[field.http] === undefined || body[field.http] === null ? '' : requiredText(body, field);
}

export function requiredEmail(body: JsonObject, { http }: TextField): string {
  return textOf(body, http, (text) => emailProblem(text, http));
}

/** An integer within the field's bounds; 0 where the field is left out. */
export function optionalCount(body: JsonObject, field: CountField): number {
  const value = body[field.http] ?? 0;
  const problem = countProblem(field, value, field.http);
  if (problem !== undefined) throw new Fault(problem);
  return Number(value);
}

function textOf(body: JsonObject, param: string, problemOf: (text: string) => Refusal | undefined): string {
  const value = body[param];
  if (typeof value !== 'string') throw new Fault(invalid(`'${param}' must be a string.`, param));
  const text = value.trim();
  const problem = problemOf(text);
  if (problem !== undefined) throw new Fault(problem);
  return text;
}
