/** How long answers usually are, by who asks and which model: what a request that names no bound is taken for. */
export interface UsualAnswers {
  note(who: string, priceKey: string, outputTokens: number): void;
  outputTokens(who: string, priceKey: string): number;
}

/** What nobody knows anything about yet is taken for: some two hundred words. */
export const USUAL_OUTPUT_TOKENS = 256;

/** Each answer moves the mean by an eighth: a dozen answers of another kind are learned from, and one is not. */
const WEIGHT = 1 / 8;

/** Those seen last: some 2 MB. */
const PAIRS_MAX = 10_000;

/** In memory only: what was set aside by it stands in the log. */
export function createUsualAnswers(): UsualAnswers {
  // A Map iterates in the order of insertion: the first is the one not seen for longest.
  const means = new Map<string, number>();
  return {
    note(who, priceKey, outputTokens) {
      const key = `${who} ${priceKey}`;
      const mean = means.get(key) ?? USUAL_OUTPUT_TOKENS;
      means.delete(key);
      means.set(key, mean + (outputTokens - mean) * WEIGHT);
      if (means.size <= PAIRS_MAX) return;
      const [oldest] = means.keys();
      if (oldest !== undefined) means.delete(oldest);
    },
    outputTokens: (who, priceKey) => Math.ceil(means.get(`${who} ${priceKey}`) ?? USUAL_OUTPUT_TOKENS),
  };
}
