/** Further away than this a name is another name, and no slip of the hand. */
const DISTANCE_MAX = 3;

/** The name that a mistyped one most likely means; undefined where none is near. */
export function nearest(mistyped: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  // A short name may not be changed beyond recognition.
  let bestDistance = Math.min(DISTANCE_MAX, Math.floor(mistyped.length / 2)) + 1;
  for (const name of names) {
    const distance = distanceOf(mistyped, name);
    if (distance >= bestDistance) continue;
    best = name;
    bestDistance = distance;
  }
  return best;
}

/** How many letters are to be put in, taken out or changed (Levenshtein). */
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
