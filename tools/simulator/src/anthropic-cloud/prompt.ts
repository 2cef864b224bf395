import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject } from '#kernel/json.ts';
import { readMessagesPrompt } from '../anthropic-messages/prompt.ts';
import type { Prompt } from '../prompt.ts';

/** What the URL of a request says. */
export interface Addressed {
  readonly model: string;
  readonly stream: boolean;
}

/** Versions of Anthropic's own API. Its official clients of the clouds (1.x) name them in the body, too. */
export const apiVersions = ['2023-06-01', '2026-10-21'] as const;

export type ApiVersion = (typeof apiVersions)[number];

/**
 * Reads a request for one of Anthropic's models at a cloud, without what the cloud itself asks for. `name`: Anthropic's own of the
 * model. `version`: what the cloud's own version of the API stands for. Throws a RequestProblem for what Anthropic refuses.
 */
export function readCloudPrompt(
  fields: JsonObject,
  { model, stream }: Addressed,
  { name, version, betas }: { readonly name: string; readonly version: ApiVersion; readonly betas: readonly string[] },
): Prompt {
  const headers: IncomingHttpHeaders = {
    'anthropic-version': version,
    ...(betas.length === 0 ? {} : { 'anthropic-beta': betas.join(',') }),
  };
  return { ...readMessagesPrompt({ ...fields, model: name }, headers), model, stream };
}
