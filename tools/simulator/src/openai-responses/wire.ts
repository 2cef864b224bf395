import { openAiErrorBody } from '../openai/error-body.ts';
import { refuseOpenAiHeaders } from '../openai/refuse-headers.ts';
import type { Wire } from '../wire.ts';
import { readResponsesPrompt } from './prompt.ts';
import { finishedResponse } from './response-object.ts';
import { responsesStreamFrames } from './stream.ts';

/** OpenAI's responses, without a store: every request carries its whole conversation. */
export const responsesWire: Wire = {
  name: 'openai-responses',
  requestIdHeader: 'x-request-id',
  longCacheUnit: 'cache_write_12h',
  refuseHeaders: refuseOpenAiHeaders,
  readPrompt: readResponsesPrompt,
  errorBody: openAiErrorBody,
  completionBody: (completion) => JSON.stringify(finishedResponse(completion)),
  streamFrames: responsesStreamFrames,
};
