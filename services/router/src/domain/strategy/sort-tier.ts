/** Beyond so many, moving them one by one costs more than calling back. */
const FEW = 64;

/**
 * Sorts in place and stably: a binary insertion sort for a few. The sort of arrays calls back through the runtime for each comparison, and takes
 * two thirds of the time of a choice among fifty.
 */
export function sortTier<T>(tier: T[], compare: (a: T, b: T) => number): void {
  if (tier.length > FEW) {
    tier.sort(compare);
    return;
  }
  for (let next = 1; next < tier.length; next += 1) {
    const inserted = tier[next] as T;
    let from = 0;
    let to = next;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (compare(inserted, tier[middle] as T) < 0) to = middle;
      else from = middle + 1;
    }
    for (let place = next; place > from; place -= 1) tier[place] = tier[place - 1] as T;
    tier[from] = inserted;
  }
}
