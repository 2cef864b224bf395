import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { JsonObject } from '#kernel/json.ts';
import { type Addressed, apiVersions, readCloudPrompt } from '../anthropic-cloud/prompt.ts';
import { checkAnthropicShape } from '../anthropic-messages/check-shape.ts';
import { messageBody } from '../anthropic-messages/completion.ts';
import { anthropicErrorBody } from '../anthropic-messages/error-body.ts';
import { messagesStreamFrames } from '../anthropic-messages/stream.ts';
import type { GeminiDoor } from '../gemini-generate/wire.ts';
import type { Prompt } from '../prompt.ts';
import { RequestProblem } from '../request-problem.ts';
import type { Wire } from '../wire.ts';

const envelope = z.looseObject({
  anthropic_version: z.enum(['vertex-2023-10-16', ...apiVersions]),
  anthropic_beta: z.array(z.string()).optional(),
});

/** Claude at Vertex AI: Anthropic's format at Google's door. What the model refuses is told in Anthropic's form, all else in Google's. */
export function rawPredictWire(addressed: Addressed, door: GeminiDoor): Wire {
  return {
    ...door,
    name: 'anthropic-messages',
    longCacheUnit: 'cache_write_1h',
    readPrompt: (body, headers) => readRawPredict(body, headers, addressed),
    errorBody: (problem) => (problem.status === 400 ? anthropicErrorBody(problem) : door.errorBody(problem)),
    completionBody: messageBody,
    streamFrames: messagesStreamFrames,
  };
}

function readRawPredict(body: JsonObject, headers: IncomingHttpHeaders, addressed: Addressed): Prompt {
  if ('model' in body) throw new RequestProblem(400, 'model: Extra inputs are not permitted');
  if (body['stream'] === true && !addressed.stream) {
    throw new RequestProblem(400, 'stream: streams are answered by streamRawPredict');
  }
  const { anthropic_version: said, anthropic_beta: listed = [], ...fields } = checkAnthropicShape(envelope, body);
  const betas = [String(headers['anthropic-beta'] ?? ''), ...listed].filter((name) => name !== '');
  const version = said === 'vertex-2023-10-16' ? '2023-06-01' : said;
  return readCloudPrompt(fields, addressed, { name: addressed.model, version, betas });
}
