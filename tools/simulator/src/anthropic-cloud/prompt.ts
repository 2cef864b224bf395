import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject } from '#kernel/json.ts';
import { readMessagesPrompt } from '../anthropic-messages/prompt.ts';
import type { Prompt } from '../prompt.ts';

/** What the URL of a request says. */
export interface Addressed {
  readonly model: string;
  readonly stream: boolean;
}

/** The version of the API whose fields the clouds take. */
const VERSION = '2023-06-01';

/**
 * Reads a request for one of Anthropic's models at a cloud, without what the cloud itself asks for. `name`: Anthropic's own of the
 * model. `betas`: headers of betas, as the cloud is told them. Throws a RequestProblem for what Anthropic refuses.
 */
export function readCloudPrompt(
  fields: JsonObject,
  { model, stream }: Addressed,
  name: string,
  betas: readonly string[],
): Prompt {
  const headers: IncomingHttpHeaders = {
    'anthropic-version': VERSION,
    ...(betas.length === 0 ? {} : { 'anthropic-beta': betas.join(',') }),
  };
  return { ...readMessagesPrompt({ ...fields, model: name }, headers), model, stream };
}
