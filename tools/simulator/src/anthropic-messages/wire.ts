import { RequestProblem } from '../request-problem.ts';
import type { Wire } from '../wire.ts';
import { messageBody } from './completion.ts';
import { anthropicErrorBody } from './error-body.ts';
import { readMessagesPrompt } from './prompt.ts';
import { messagesStreamFrames } from './stream.ts';

const BEARER_PATTERN = /^Bearer\s+\S/i;
const versions: ReadonlySet<unknown> = new Set(['2023-01-01', '2023-06-01', '2026-10-21']);

/** Anthropic's Messages API. Any key is a good one, as `x-api-key` or as the bearer token its newer SDKs send. */
export const messagesWire: Wire = {
  name: 'anthropic-messages',
  requestIdHeader: 'request-id',
  longCacheUnit: 'cache_write_1h',
  refuseHeaders: (headers) => {
    if (!headers['x-api-key'] && !BEARER_PATTERN.test(headers.authorization ?? '')) {
      return new RequestProblem(401, 'x-api-key header is required');
    }
    const version = headers['anthropic-version'];
    if (version === undefined) return new RequestProblem(400, 'anthropic-version: header is required');
    if (versions.has(version)) return undefined;
    return new RequestProblem(400, `anthropic-version: "${String(version)}" is not a valid version`);
  },
  readPrompt: readMessagesPrompt,
  errorBody: anthropicErrorBody,
  completionBody: messageBody,
  streamFrames: messagesStreamFrames,
};
