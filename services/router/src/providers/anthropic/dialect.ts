import { Fault } from '#errors/fault.ts';
import { asObject } from '#kernel/json.ts';
import type { Dialect } from '../../ports.ts';
import { readAnthropicError } from './error.ts';
import { encodeAnthropicRequest } from './request.ts';
import { createAnthropicStreamDecoder } from './stream.ts';
import { createAnthropicWholeDecoder } from './whole.ts';

/** The version of the API that these files translate. */
const ANTHROPIC_VERSION = '2023-06-01';

/** Anthropic's Messages API, translated both ways. */
export const anthropicDialect: Dialect = {
  path: (basePath) => (basePath.endsWith('/v1') ? `${basePath}/messages` : `${basePath}/v1/messages`),
  headers: (apiKey) => ({ 'x-api-key': apiKey, 'anthropic-version': ANTHROPIC_VERSION }),
  encode(request, model) {
    try {
      const { body, jsonToolName } = encodeAnthropicRequest(request, model);
      const isUsageAsked = asObject(request.parsedBody['stream_options'])?.['include_usage'] === true;
      return {
        kind: 'encoded',
        body: Buffer.from(JSON.stringify(body)),
        openWhole: () => createAnthropicWholeDecoder(jsonToolName),
        openStream: () => createAnthropicStreamDecoder({ model, jsonToolName, isUsageAsked }),
      };
    } catch (thrown) {
      if (thrown instanceof Fault) return { kind: 'refused', refusal: thrown.refusal };
      throw thrown;
    }
  },
  errorBody: readAnthropicError,
};
