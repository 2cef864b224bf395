import type { AdmitResponse } from '#contracts/quota.ts';
import type { RoutedModel } from '#contracts/router.ts';
import { Fault } from '#errors/fault.ts';
import type { Exchange, Handler } from '../http/exchange.ts';
import { parseJsonObject } from '../http/parse-json-object.ts';
import { rateLimitHeaders } from '../http/rate-limit-headers.ts';
import { type BodyLimits, readBody } from '../http/read-body.ts';
import type { IngressDependencies } from '../ports.ts';
import type { Identify } from '../rate-limits/identify.ts';
import { boundAdmission, watchClient } from './client-presence.ts';
import { deliver } from './deliver.ts';
import { type CompletionAsked, parseCompletion } from './parse-completion.ts';
import { promptTokensBound } from './prompt-tokens-bound.ts';
import type { QuotaUsage } from './quota-usage.ts';
import { streamAnswer } from './stream-answer.ts';
import { unpricedFeature } from './unpriced-features.ts';
import { wholeAnswer } from './whole-answer.ts';

type Dependencies = Pick<IngressDependencies, 'config' | 'quota' | 'router'>;

/** `POST /v1/chat/completions`: who, what, may they, and then the answer. */
export function completionHandler(
  dependencies: Dependencies,
  identify: Identify,
  limits: BodyLimits,
  usage: QuotaUsage,
): Handler {
  const { config, quota, router } = dependencies;
  return async function complete(exchange) {
    // Before the body is read: a stranger's bytes are not kept.
    const identified = identify(exchange);
    // Without rate limits it is a look-up in memory, and nothing is waited for.
    const { userId, keyId } = identified instanceof Promise ? await identified : identified;
    const body = await readBody(exchange, limits);
    const parsedBody = parseJsonObject(body);
    const { asked, promptTokens } = check(parsedBody, body.length);
    const { candidates } = findModel(exchange, router.findModel(asked.model), asked);
    const answer = asked.stream ? streamAnswer(exchange, config.clientStallTimeoutMs) : wholeAnswer(exchange);
    using client = watchClient(exchange, answer, config.requestTimeoutMs);
    using admission = boundAdmission(exchange, config.admissionTimeoutMs);
    const { result, window } = await quota.admit({
      requestId: exchange.id,
      userId,
      keyId,
      model: asked.model,
      stream: asked.stream,
      candidates,
      promptTokensBound: promptTokens,
      outputTokensRequested: asked.outputTokensRequested,
      choices: asked.choices,
      traceparent: exchange.traceparent,
    });
    admission[Symbol.dispose]();
    usage.note(userId, window);
    setRateLimitHeaders(exchange, window);
    if (result.kind === 'refused') throw new Fault(result.refusal);

    // From here on a hold is placed. The router ends it, also for a client that has left, or was told no, by now.
    const frames = router.complete(
      {
        requestId: exchange.id,
        userId,
        body,
        parsedBody,
        stream: asked.stream,
        candidates: result.candidates,
        outputTokensMax: result.outputTokensMax,
        promptTokensBound: promptTokens,
        outputTokensBound: result.outputTokensBound,
        admissionEventId: result.eventId,
        traceparent: exchange.traceparent,
      },
      client.signal,
    );
    await deliver(exchange, frames, answer, result.durable);
  };
}

function check(
  body: Readonly<Record<string, unknown>>,
  bodyBytes: number,
): { asked: CompletionAsked; promptTokens: number } {
  const parsed = parseCompletion(body);
  if ('refusal' in parsed) throw new Fault(parsed.refusal);
  const unpriced = unpricedFeature(body, parsed.asked.messages);
  if (unpriced !== undefined) throw new Fault(unpriced);
  const bound = promptTokensBound(bodyBytes, parsed.asked.messages);
  if ('refusal' in bound) throw new Fault(bound.refusal);
  return { asked: parsed.asked, promptTokens: bound.tokens };
}

function findModel(exchange: Exchange, model: RoutedModel | undefined, asked: CompletionAsked): RoutedModel {
  exchange.record.stream = asked.stream;
  if (model === undefined) {
    throw new Fault({
      code: 'model_not_found',
      message: `The model \`${asked.model}\` does not exist or you do not have access to it.`,
      param: 'model',
    });
  }
  exchange.record.model = model.id;
  return model;
}

function setRateLimitHeaders({ response }: Exchange, window: AdmitResponse['window']): void {
  if (response.headersSent) return;
  for (const [name, value] of Object.entries(rateLimitHeaders(window))) response.setHeader(name, value);
}
