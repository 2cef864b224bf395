import OpenAI from 'openai';
import type { ErrorKind } from './sdk.ts';

const kinds: readonly (readonly [new (...given: never[]) => Error, ErrorKind])[] = [
  [OpenAI.APIUserAbortError, 'aborted'],
  [OpenAI.BadRequestError, 'bad-request'],
  [OpenAI.AuthenticationError, 'authentication'],
  [OpenAI.PermissionDeniedError, 'permission'],
  [OpenAI.NotFoundError, 'not-found'],
  [OpenAI.RateLimitError, 'rate-limit'],
  [OpenAI.InternalServerError, 'server'],
];

export function kindOfOpenAiError(error: unknown): ErrorKind {
  return kinds.find(([type]) => error instanceof type)?.[1] ?? 'other';
}
