import assert from 'node:assert/strict';
import { type Format, NoPlace, type Target } from '#ai/format.ts';
import { formatTable } from '#ai/formats/format-table.ts';
import { enveloped } from '#ai/providers/envelope.ts';
import { spokenBy } from '#ai/providers/spoken-by.ts';
import { afterAll, describe, test } from '#testkit/test.ts';
import { startSimulator } from '../../tools/simulator/src/simulator.ts';
import { type Backend, type BackendName, backends, formatBehind } from './backends.ts';
import { type ClientRequest, clientRequests } from './client-requests.ts';

/*
 * Every request that a client may make is translated into every other format, and sent to a provider that is as strict as
 * the real one. Either the provider takes it, or the translation says what has no place.
 */

const simulator = await startSimulator();
afterAll(() => simulator.close());

/** A row that speaks the format itself has the name of its bound, and nothing else of its own. */
const boundFields: Readonly<Record<string, Target['rules']['maxTokensField']>> = {
  'openai-chat': 'max_completion_tokens',
  'openai-responses': 'max_output_tokens',
};
const OUTPUT_TOKENS_MAX = 2_000;

/** What policy does not say of a provider. */
const unsaid = {
  baseUrl: 'http://127.0.0.1',
  formats: [],
  maxTokensParam: '',
  refusesStreamOptions: false,
  renamedFields: {},
  refusedFields: [],
  cacheInInput: '',
  reasoningInOutput: '',
};

for (const request of clientRequests) {
  describe(`${request.format}: ${request.what}`, () => {
    for (const target of Object.keys(backends) as BackendName[]) {
      if (target === request.format) continue;
      test(`is put into ${target} that the provider takes`, () => translateAndSend(request, target));
    }
  });
}

async function translateAndSend(request: ClientRequest, into: BackendName): Promise<void> {
  const { model, thinker, ...backend }: Backend = backends[into];
  const format = formatTable[formatBehind(into)];
  const spoken = spokenBy({ ...unsaid, id: backend.name, kind: backend.kind, preset: backend.preset ?? '' });
  const target: Target = {
    model: request.thinks === true ? thinker : model,
    stream: false,
    outputTokensMax: OUTPUT_TOKENS_MAX,
    dropsUnplaced: false,
    rules: {
      ...spoken.rules,
      maxTokensField: boundFields[format.name] ?? 'max_tokens',
      usage: { isCacheInInput: format.name !== 'anthropic-messages', isReasoningInOutput: true },
    },
  };
  let encoded: string;
  try {
    encoded = writtenFor(request, format, target);
  } catch (problem) {
    if (problem instanceof NoPlace && request.noPlaceIn?.includes(format.name) === true) return;
    throw problem;
  }
  const envelope = spoken.envelopeOf(format.name);
  const { headers, path } = format.client;
  const plain = { headers: { ...headers({}, target.rules) }, body: Buffer.from(encoded) };
  const sent = envelope === null ? plain : enveloped(envelope, plain.headers, plain.body);
  const addressed = { model: target.model, isStream: false };
  const url = simulator.url + (envelope ?? { path }).path(backend.basePath ?? '/v1', addressed);
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...sent.headers, authorization: 'Bearer any' },
    body: sent.body.toString(),
  });
  assert.equal(response.status, 200, `${await response.text()}\n${encoded}`);
}

/** The request in canonical form and out of it, or, where the provider speaks the client's format, its own bytes. */
function writtenFor(request: ClientRequest, format: Format, target: Target): string {
  const body = { model: 'any', ...request.body };
  if (format.name === request.format) {
    return formatTable[request.format].client.patch(Buffer.from(JSON.stringify(body)), body, target).toString();
  }
  const { decode } = formatTable[request.format].server;
  const { encode } = format.client;
  if (decode === null || encode === null) throw new Error('the format is not translated');
  return encode(decode(body), target).body;
}
