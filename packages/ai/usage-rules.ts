/** How a provider's report of usage differs from its format's own. */
export interface UsageRules {
  /**
   * Whether tokens read from a cache are a part of the prompt's count. `compare`: they are, unless there are more of them than
   * of the prompt.
   */
  readonly isCacheInInput: boolean | 'compare';
  /** Whether reasoning is a part of the output's count. `compare`: the total tells. */
  readonly isReasoningInOutput: boolean | 'compare';
}
