/**
 * Gives every part its turn in every round, each time one later in the order, so that what drifts (heat, a neighbour, a
 * growing table) falls on all parts alike.
 */
export async function interleave<T>(
  rounds: number,
  parts: readonly T[],
  measure: (part: T, round: number) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const first = round % parts.length;
    for (const part of [...parts.slice(first), ...parts.slice(0, first)]) await measure(part, round);
  }
}
