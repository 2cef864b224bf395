import type { ProviderError, ProviderErrorKind } from '#ai/answer-decoder.ts';
import { errorKind } from '#ai/errors/error-kind.ts';

/**
 * What kind of no it is: what its format says of it, unless that is no more than that something failed, or that the request
 * is at fault. Then code, words and status tell. `status` is 200 for an error within an answer.
 */
export function errorKindOf({ kind, code, message }: ProviderError, status: number): ProviderErrorKind {
  if (kind !== 'unknown' && kind !== 'request') return kind;
  const told = errorKind({ status, codes: [code], message });
  return told === 'unknown' ? kind : told;
}
