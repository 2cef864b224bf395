import type { FailureClass } from '../domain/attempt/failure-class.ts';
import type { Provider } from '../ports.ts';

export type { FailureClass };

/** How a call ended, for what is known of its deployment. */
export type CallOutcome =
  /** `outputTokens`: what it wrote, 0 where that is not known; `inputTokens`: what it read, as its rate limits count. */
  | { readonly kind: 'succeeded'; readonly outputTokens: number; readonly inputTokens?: number | undefined }
  /** The request itself was at fault: the provider works. */
  | { readonly kind: 'refused' }
  | {
      readonly kind: 'failed';
      readonly failure: FailureClass;
      /** The provider's HTTP status, where it said one. */
      readonly status?: number | undefined;
      readonly retryAfterMs?: number | undefined;
    }
  /** It had given no byte when a call answered that was made later, since it was slow. */
  | { readonly kind: 'outrun' }
  /** The gateway or its client gave it up: nothing was learned. */
  | { readonly kind: 'abandoned' };

/** A call under way, as its deployment is told of it. */
export interface CallWatch {
  /** What is to be called: the deployment's connections as they are now. */
  readonly provider: Provider;
  /** The head of the answer has come, a no among them. */
  head(status: number, headers: Readonly<Record<string, string | string[] | undefined>>): void;
  /** The first token has come. */
  firstToken(): void;
  /** Exactly once. */
  end(outcome: CallOutcome): void;
}
