import type { AnswerEnd } from '#ai/chat/answer-part.ts';
import type { Identity } from '#api-keys/identity.ts';
import type { CompleteFrame } from '#contracts/router.ts';
import { Fault } from '#errors/fault.ts';
import { systemClock } from '#kernel/clock.ts';
import { assertMayName } from '../access/permissions.ts';
import type { AnswerWriter } from '../completions/answer-writer.ts';
import { attributionOf } from '../completions/attribution.ts';
import type { Call } from '../completions/call.ts';
import { deliver } from '../completions/deliver.ts';
import { routedModel } from '../completions/routed-model.ts';
import { routingOptions } from '../completions/routing-options.ts';
import type { CompletionParts } from '../completions/run-completion.ts';
import { askedAt } from '../endpoints/model-endpoint.ts';
import { parseJsonObject } from '../http/parse-json-object.ts';
import type { BeginTurn } from '../responses/conversation.ts';

const MS_PER_S = 1_000;

const nothingUsed: AnswerEnd = { usage: {}, serviceTier: '' };

/**
 * Takes a turn in without an answer, to be gone on from (`generate: false`). It is checked as the turn itself would be. No provider
 * is asked and nothing is charged, since nothing is done for it.
 */
export async function warmUp(
  { dependencies, endpoint, beginTurn }: CompletionParts & { readonly beginTurn: BeginTurn },
  call: Call,
  answer: AnswerWriter,
  identity: Identity,
  sentBody: Buffer,
): Promise<void> {
  const { config, registry, clock = systemClock } = dependencies;
  const { headers, url } = call.request;
  const sent = parseJsonObject(sentBody, endpoint.bounds);
  if (typeof sent['model'] === 'string') assertMayName(identity, sent['model']);
  const { body, kept } = await beginTurn(call, identity, sentBody, sent);
  const parsedBody = body === sentBody ? sent : parseJsonObject(body, endpoint.bounds);
  const checked = askedAt(endpoint, url, parsedBody, body.length);
  if ('refusal' in checked) throw new Fault(checked.refusal);
  const { refusedRequestOptions: refused } = registry.settings();
  const options = routingOptions(headers, { refused, timeoutMaxMs: config.requestTimeoutMs });
  const attribution = attributionOf(headers, parsedBody);
  routedModel(dependencies, call, { identity, asked: checked.asked, attribution, options });
  call.record.stream = true;
  const context = { model: checked.asked.model, requestId: call.id, body: sent, nowS: Math.floor(clock() / MS_PER_S) };
  const writer = endpoint.format.server.openWriter?.(context);
  if (writer === undefined) throw new Error(`${endpoint.format.name} has no streams`);
  const { model } = context;
  const events = writer.write({ type: 'start', id: '', model, createdAtS: context.nowS }) + writer.close(nothingUsed);
  await deliver(call, kept(framesOf(events, model), true), answer, null);
}

async function* framesOf(events: string, model: string): AsyncGenerator<CompleteFrame> {
  const told = { provider: '', attempts: 0, dropped: [], headers: {} };
  yield { kind: 'head', status: 200, contentType: 'text/event-stream', model, ...told };
  yield { kind: 'data', data: Buffer.from(events) };
  yield { kind: 'end', summary: { provider: '', model, inputTokens: 0, outputTokens: 0, estimated: false } };
}
