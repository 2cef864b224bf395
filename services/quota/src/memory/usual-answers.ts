/** How long answers usually are, by who asks and which model: what a request that names no bound is taken for. */
export interface UsualAnswers {
  note(who: string, priceKey: string, outputTokens: number): void;
  outputTokens(who: string, priceKey: string): number;
}

/** What nobody knows anything about yet is taken for: some two hundred words. */
export const USUAL_OUTPUT_TOKENS = 256;

/** At last each answer moves the mean by an eighth: a dozen answers of another kind are learned from, and one is not. */
const SHARE_MIN = 8;

/** The start counts as one answer. */
const SHARE_START = 2;

const start = { mean: USUAL_OUTPUT_TOKENS, share: SHARE_START };

/** Those seen last: some 2 MB. */
const PAIRS_MAX = 10_000;

/** In memory only: what was set aside by it stands in the log. */
export function createUsualAnswers(): UsualAnswers {
  // A Map iterates in the order of insertion: the first is the one not seen for longest.
  const means = new Map<string, { readonly mean: number; readonly share: number }>();
  return {
    note(who, priceKey, outputTokens) {
      const key = `${who} ${priceKey}`;
      const { mean, share } = means.get(key) ?? start;
      means.delete(key);
      means.set(key, { mean: mean + (outputTokens - mean) / share, share: Math.min(share + 1, SHARE_MIN) });
      if (means.size <= PAIRS_MAX) return;
      const [oldest] = means.keys();
      if (oldest !== undefined) means.delete(oldest);
    },
    outputTokens: (who, priceKey) => Math.ceil((means.get(`${who} ${priceKey}`) ?? start).mean),
  };
}
