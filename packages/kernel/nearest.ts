/** A name that differs in more letters is another name, not a typing error. */
const DISTANCE_MAX = 3;

/** The name that a mistyped name most likely means; undefined if none is near. */
export function nearest(mistyped: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  // A short name may change by half of its letters at most, or any name would be near.
  let bestDistance = Math.min(DISTANCE_MAX, Math.floor(mistyped.length / 2)) + 1;
  for (const name of names) {
    const distance = distanceOf(mistyped, name);
    if (distance >= bestDistance) continue;
    best = name;
    bestDistance = distance;
  }
  return best;
}

/** The number of letters to insert, delete or change (Levenshtein distance). */
function distanceOf(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const changed = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(changed, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}
