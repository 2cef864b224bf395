import assert from 'node:assert/strict';
import { type Format, NoPlace, type Target } from '#ai/format.ts';
import { formatTable } from '#ai/formats/format-table.ts';
import { afterAll, describe, test } from '#testkit/test.ts';
import { startSimulator } from '../../tools/simulator/src/simulator.ts';
import { type BackendFormat, backends } from './backends.ts';
import { type ClientRequest, clientRequests } from './client-requests.ts';

/*
 * Every request that a client may make is translated into every other format, and sent to a provider that is as strict as
 * the real one. Either the provider takes it, or the translation says what has no place.
 */

const simulator = await startSimulator();
afterAll(() => simulator.close());

const paths: Readonly<Record<BackendFormat, string>> = {
  'openai-chat': '/v1/chat/completions',
  'openai-responses': '/v1/responses',
  'anthropic-messages': '/v1/messages',
  'gemini-generate': '/v1beta',
};
const boundFields: Readonly<Record<BackendFormat, Target['rules']['maxTokensField']>> = {
  'openai-chat': 'max_completion_tokens',
  'openai-responses': 'max_output_tokens',
  'anthropic-messages': 'max_tokens',
  // It has one name for its bound.
  'gemini-generate': 'max_tokens',
};
const OUTPUT_TOKENS_MAX = 2_000;

for (const request of clientRequests) {
  describe(`${request.format}: ${request.what}`, () => {
    for (const target of Object.keys(backends) as BackendFormat[]) {
      if (target === request.format) continue;
      test(`is translated into ${target} that the provider takes`, () => translateAndSend(request, target));
    }
  });
}

async function translateAndSend(request: ClientRequest, into: BackendFormat): Promise<void> {
  const { model, thinker } = backends[into];
  const body = { model: 'any', ...request.body };
  const { decode } = formatTable[request.format].server;
  const { encode, headers, path } = formatTable[into].client;
  if (decode === null || encode === null) throw new Error('the format is not translated');
  const target: Target = {
    model: request.thinks === true ? thinker : model,
    stream: false,
    outputTokensMax: OUTPUT_TOKENS_MAX,
    dropsUnplaced: false,
    rules: {
      maxTokensField: boundFields[into],
      takesStreamOptions: true,
      renamed: {},
      refused: [],
      usage: { isCacheInInput: into !== 'anthropic-messages', isReasoningInOutput: true },
    },
  };
  let encoded: string;
  try {
    encoded = encode(decode(body), target).body;
  } catch (problem) {
    if (problem instanceof NoPlace && request.noPlaceIn?.includes(into) === true) return;
    throw problem;
  }
  const response = await fetch(simulator.url + pathInto(into, target.model, path), {
    method: 'POST',
    headers: { 'anthropic-version': '2023-06-01', ...headers({}, target.rules), authorization: 'Bearer any' },
    body: encoded,
  });
  assert.equal(response.status, 200, `${await response.text()}\n${encoded}`);
}

/** Where the URL names the model, the format says it. */
function pathInto(into: BackendFormat, model: string, path: Format['client']['path']): string {
  return into === 'gemini-generate' ? path(paths[into], { model, isStream: false }) : paths[into];
}
