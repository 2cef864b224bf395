import { completionTokensOf, promptTokensOf, type TokenUsage } from '#money/token-usage.ts';

/** Counts tokens: `gateway_uncharged_tokens_total`. */
export interface TokenCounter {
  inc(labels: { readonly provider: string; readonly kind: 'input' | 'output' }, tokens: number): void;
}

/**
 * Usage that providers bill, or may bill, and nobody is charged for: attempts that gave the client nothing, withheld
 * answers, and usage that can no longer be recorded.
 */
export interface HouseLosses {
  add(provider: string, usage: TokenUsage): void;
}

/** Starts a series at zero for each provider. A series that began with its first loss would show no rise. */
export function createHouseLosses(counter: TokenCounter | undefined, providers: readonly string[]): HouseLosses {
  const add = (provider: string, inputTokens: number, outputTokens: number): void => {
    counter?.inc({ provider, kind: 'input' }, inputTokens);
    counter?.inc({ provider, kind: 'output' }, outputTokens);
  };
  for (const provider of providers) add(provider, 0, 0);
  return {
    add(provider, usage) {
      // If no provider was asked, none bills anything.
      if (provider !== '') add(provider, promptTokensOf(usage), completionTokensOf(usage));
    },
  };
}
