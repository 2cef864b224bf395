import { type Unit, unitNames, type units, units as unitTable } from './units.ts';

/** What was used: disjoint, whole quantities by unit. A unit that is not there was not used. */
export type Usage = Readonly<Partial<Record<Unit, number>>>;

export const noUsage: Usage = {};

/** What a provider said was used, as far as it can be believed. */
export interface UsageReport {
  readonly usage: Usage;
  /** What was clamped or left out because it cannot be, as `<what>:<field>`: `clamped:reasoning_tokens`. */
  readonly flags: readonly string[];
  /** The tier of service that the answer says it was served in; empty: the usual one. */
  readonly serviceTier: string;
  /** The report as it stood: JSON. Empty: longer than REPORTED_MAX_CHARACTERS. */
  readonly reported: string;
}

/** A report is some hundred characters; the log keeps no more of it than this. */
export const REPORTED_MAX_CHARACTERS = 4_096;

/** All of a side: price bands go by the tokens of the prompt. */
export function sumOf(usage: Usage, side: (typeof units)[Unit]['side']): number {
  let sum = 0;
  for (const unit of unitNames) if (unitTable[unit].side === side) sum += usage[unit] ?? 0;
  return sum;
}

/** All tokens of the prompt, at whatever price. */
export function promptTokensOf(usage: Usage): number {
  return sumOf(usage, 'prompt');
}

/** All tokens of the answer, reasoning included. */
export function answerTokensOf(usage: Usage): number {
  return sumOf(usage, 'answer');
}

/** Whether nothing was used that could cost anything. */
export function isNoUsage(usage: Usage): boolean {
  return unitNames.every((unit) => (usage[unit] ?? 0) === 0);
}
