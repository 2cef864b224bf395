import { RequestProblem } from '../request-problem.ts';
import type { Wire } from '../wire.ts';
import { openAiCompletionBody } from './completion.ts';
import { openAiErrorBody } from './error-body.ts';
import { readOpenAiPrompt } from './prompt.ts';
import { openAiStreamFrames } from './stream.ts';

const BEARER_PATTERN = /^Bearer\s+\S/i;

/** OpenAI's chat completions. Any bearer token is a good one. */
export const openAiWire: Wire = {
  name: 'openai',
  requestIdHeader: 'x-request-id',
  refuseHeaders: (headers) =>
    BEARER_PATTERN.test(headers.authorization ?? '')
      ? undefined
      : new RequestProblem(
          401,
          "You didn't provide an API key. Put it in an Authorization header: Authorization: Bearer YOUR_KEY.",
        ),
  readPrompt: readOpenAiPrompt,
  errorBody: openAiErrorBody,
  completionBody: openAiCompletionBody,
  streamFrames: openAiStreamFrames,
};
