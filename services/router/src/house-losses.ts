import { answerTokensOf, promptTokensOf, type Usage } from '#ai/usage.ts';

/** Counts tokens: `gateway_uncharged_tokens_total`. */
export interface TokenCounter {
  inc(labels: { readonly provider: string; readonly kind: 'input' | 'output' }, tokens: number): void;
}

/**
 * Usage that providers bill, or may bill, and nobody is charged for: attempts that gave the client nothing, withheld
 * answers, and usage that can no longer be recorded.
 */
export interface HouseLosses {
  add(provider: string, usage: Usage): void;
  /** A provider is there: of a series that begins with its first loss nobody would see the rise. */
  begin(provider: string): void;
}

export function createHouseLosses(counter: TokenCounter | undefined): HouseLosses {
  const add = (provider: string, inputTokens: number, outputTokens: number): void => {
    counter?.inc({ provider, kind: 'input' }, inputTokens);
    counter?.inc({ provider, kind: 'output' }, outputTokens);
  };
  return {
    add(provider, usage) {
      // If no provider was asked, none bills anything.
      if (provider !== '') add(provider, promptTokensOf(usage), answerTokensOf(usage));
    },
    begin: (provider) => add(provider, 0, 0),
  };
}
