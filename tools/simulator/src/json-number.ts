import type { JsonObject } from '#kernel/json.ts';

/** The number nearest to zero that the bounds allow, as far as whole steps reach. */
export function numberFor(schema: JsonObject, isInteger: boolean): number {
  const step = numberAt(schema, 'multipleOf') ?? 1;
  const isWhole = isInteger || schema['multipleOf'] !== undefined;
  const above = numberAt(schema, 'exclusiveMinimum');
  const min = numberAt(schema, 'minimum') ?? above ?? Number.NEGATIVE_INFINITY;
  const below = numberAt(schema, 'exclusiveMaximum');
  const max = numberAt(schema, 'maximum') ?? below ?? Number.POSITIVE_INFINITY;
  if ((min < 0 || (min === 0 && above !== 0)) && (max > 0 || (max === 0 && below !== 0))) return 0;
  const isLow = min >= 0;
  const bound = isLow ? min : max;
  const isExcluded = bound === (isLow ? above : below);
  if (!isWhole) return isExcluded ? excludedNeighbour(bound, isLow ? max : min) : bound;
  const steps = isLow ? Math.ceil(bound / step) : Math.floor(bound / step);
  const moved = isExcluded && steps * step === bound ? steps + (isLow ? 1 : -1) : steps;
  return moved * step;
}

/** Beside an excluded bound: halfway to the other one, or one away from it. */
function excludedNeighbour(bound: number, other: number): number {
  return Number.isFinite(other) ? (bound + other) / 2 : bound + Math.sign(other);
}

function numberAt(schema: JsonObject, name: string): number | undefined {
  const value = schema[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
