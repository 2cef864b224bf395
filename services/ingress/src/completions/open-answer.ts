import type { Registry } from '#registry/registry.ts';
import type { ModelEndpoint } from '../endpoints/model-endpoint.ts';
import type { Exchange } from '../http/exchange.ts';
import type { AnswerWriter } from './answer-writer.ts';
import { streamAnswer } from './stream-answer.ts';
import { wholeAnswer } from './whole-answer.ts';

const SECOND_MS = 1_000;

/**
 * Where the settings say nothing: half of the 30 s at which the strictest common proxies give a silent connection up, and far
 * below the 300 s of Codex.
 */
const KEEP_ALIVE_DEFAULT_S = 15;

/** Opens the writer of an answer, as a stream or whole. */
export type OpenAnswer = (exchange: Exchange, isStream: boolean) => AnswerWriter;

export function createOpenAnswer(
  { format, keepAlive }: ModelEndpoint,
  { settings }: Pick<Registry, 'settings'>,
): OpenAnswer {
  const { server } = format;
  const errorEvent: typeof server.errorEvent = (refusal, requestId) => server.errorEvent(refusal, requestId);
  return (exchange, isStream) => {
    if (!isStream) return wholeAnswer(exchange);
    const keepAliveMs = (settings().keepAliveSeconds || KEEP_ALIVE_DEFAULT_S) * SECOND_MS;
    return streamAnswer(exchange, { errorEvent, keepAlive, keepAliveMs });
  };
}
