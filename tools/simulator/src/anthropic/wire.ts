import { RequestProblem } from '../request-problem.ts';
import type { Wire } from '../wire.ts';
import { anthropicCompletionBody } from './completion.ts';
import { anthropicErrorBody } from './error-body.ts';
import { readAnthropicPrompt } from './prompt.ts';
import { anthropicStreamFrames } from './stream.ts';

const BEARER_PATTERN = /^Bearer\s+\S/i;

/** Anthropic's Messages API. Any key is a good one, as `x-api-key` or as the bearer token its newer SDKs send. */
export const anthropicWire: Wire = {
  name: 'anthropic',
  requestIdHeader: 'request-id',
  refuseHeaders: (headers) => {
    if (!headers['x-api-key'] && !BEARER_PATTERN.test(headers.authorization ?? '')) {
      return new RequestProblem(401, 'x-api-key header is required');
    }
    return headers['anthropic-version'] ? undefined : new RequestProblem(400, 'anthropic-version: header is required');
  },
  readPrompt: readAnthropicPrompt,
  errorBody: anthropicErrorBody,
  completionBody: anthropicCompletionBody,
  streamFrames: anthropicStreamFrames,
};
