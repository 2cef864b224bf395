import { errors } from 'jose';
import type { Refusal } from '#errors/error-table.ts';

/** A secret that is not one: counted against its sender. */
export interface Guess {
  readonly guess: Refusal;
}

const refusal = (message: string): Refusal => ({ code: 'invalid_api_key', message });

export function guess(message: string): Guess {
  return { guess: refusal(message) };
}

/** What the holder of the right secret may be told of a claim; any other is named. */
const claimProblems: Readonly<Record<string, string>> = {
  aud: 'The token is for another audience than this gateway.',
  exp: "The token has no end: its claim 'exp' is missing.",
  nbf: 'The token is not valid yet.',
};

/**
 * What a failed verification says of the token; undefined: it says nothing of the token, and the keys could not be had.
 * jose looks at the claims after the signature, so that what it says of them is said to the token's holder.
 */
export function tokenProblem(error: unknown): Refusal | Guess | undefined {
  if (error instanceof errors.JWTExpired) return refusal('The token has expired. Get a new one from its issuer.');
  if (error instanceof errors.JWTClaimValidationFailed) {
    return refusal(claimProblems[error.claim] ?? `The token's claim '${error.claim}' is not as it should be.`);
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return guess('The token is signed by an algorithm that is not taken: use RS256, PS256, ES256 or EdDSA.');
  }
  const isTheToken = [
    errors.JWSSignatureVerificationFailed,
    errors.JWSInvalid,
    errors.JWTInvalid,
    errors.JWKSNoMatchingKey,
    errors.JWKSMultipleMatchingKeys,
    errors.JOSENotSupported,
  ].some((kind) => error instanceof kind);
  return isTheToken ? guess('The token is not signed by a key of its issuer.') : undefined;
}
