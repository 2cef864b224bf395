import { asArray, asObject, type JsonObject, parseObject } from '#kernel/json.ts';
import type { ProviderError } from '../../answer-decoder.ts';
import type { AnswerPart } from '../../chat/answer-part.ts';
import type { AnswerReader, Reading, ReadState } from '../../format.ts';
import { isDone } from '../../sse/is-done.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import type { UsageReport } from '../../usage.ts';
import { readOpenAiError, saysError } from '../openai-chat/errors.ts';
import { finishReasonOf } from './finish.ts';
import { createItemReader, type ItemReader } from './item-reader.ts';
import { readResponseUsage } from './usage.ts';

interface ReadingAnswer {
  readonly reading: Reading;
  readonly items: ItemReader;
  readonly parts: AnswerPart[];
  hasStarted: boolean;
  state: ReadState;
  usage: UsageReport | null;
  failure: ProviderError | null;
}

/**
 * Reads a response, whole or streamed. The pieces of a stream count; what its last event or the end of an item has beyond
 * them is added, and what they repeat is not said twice.
 */
export function openResponsesReader(reading: Reading): AnswerReader {
  const parts: AnswerPart[] = [];
  const answer: ReadingAnswer = {
    reading,
    items: createItemReader((part) => parts.push(part), reading.notes.toolNames),
    parts,
    hasStarted: false,
    state: 'open',
    usage: null,
    failure: null,
  };
  return {
    readDocument: (document) => readDocument(answer, document),
    readEvent: (event) => readEvent(answer, event),
    // Every response of this format says how it ended: one that does not was cut.
    readEnd: () => answer.state,
    takeParts: () => parts.splice(0),
    usage: () => answer.usage,
    isUsageFinal: () => answer.state === 'whole' || answer.state === 'failed',
    failure: () => answer.failure,
  };
}

function readDocument(answer: ReadingAnswer, document: JsonObject): ReadState {
  const isResponse = Array.isArray(document['output']) || document['object'] === 'response';
  if (isResponse) return ended(answer, document);
  const error = document['error'] ?? null;
  return error === null ? end(answer, 'invalid') : failed(answer, asObject(error) ?? { message: String(error) });
}

function readEvent(answer: ReadingAnswer, event: SseEvent): ReadState {
  if (answer.state !== 'open') return answer.state;
  const data = parseObject(event.data);
  if (data === null) return isDone(event.data) ? answer.state : end(answer, 'invalid');
  const type = typeof data['type'] === 'string' ? data['type'] : event.name;
  switch (type) {
    case 'response.created':
    case 'response.queued':
    case 'response.in_progress':
      start(answer, asObject(data['response']));
      return 'open';
    case 'response.completed':
    case 'response.incomplete':
    case 'response.failed':
    case 'response.cancelled':
      return ended(answer, asObject(data['response']) ?? {}, type.slice('response.'.length));
    case 'error':
      return failed(answer, asObject(data['error']) ?? data);
    default:
      // Only an event without a type is an error by its field; what another maker puts in between may have one of its own.
      if (type === '' && saysError(data['error'])) return failed(answer, asObject(data['error']) ?? data);
      if (type.startsWith('response.')) start(answer, null);
      answer.items.read(type, data);
      return 'open';
  }
}

function start(answer: ReadingAnswer, response: JsonObject | null): void {
  if (answer.hasStarted) return;
  answer.hasStarted = true;
  const { id, model, created_at: createdAt } = response ?? {};
  answer.parts.push({
    type: 'start',
    id: typeof id === 'string' ? id : '',
    model: typeof model === 'string' && model !== '' ? model : answer.reading.model,
    createdAtS: typeof createdAt === 'number' ? Math.floor(createdAt) : 0,
  });
}

/** `event`: what the stream's last event is called; a document has its status only. */
function ended(answer: ReadingAnswer, response: JsonObject, event?: string): ReadState {
  answer.usage = readResponseUsage(response, answer.reading.rules.usage) ?? answer.usage;
  const status = response['status'] ?? event ?? 'completed';
  const error = asObject(response['error']);
  // A stream says by its last event how it ended.
  const hasFailed = event === undefined && error !== null && status !== 'completed';
  if (event === 'failed' || status === 'failed' || hasFailed) {
    return failed(answer, error ?? { message: 'The provider said that the response failed.' });
  }
  if (event === 'cancelled' || status === 'cancelled')
    return failed(answer, { message: 'The response was cancelled.' });
  // An answer that is still to come is none: nothing asks for it again.
  if (event === undefined && (status === 'queued' || status === 'in_progress')) return end(answer, 'invalid');
  start(answer, response);
  for (const [index, item] of asArray(response['output']).entries()) {
    const object = asObject(item);
    if (object !== null) answer.items.finish(index, object);
  }
  answer.items.end();
  const reason = asObject(response['incomplete_details'])?.['reason'];
  answer.parts.push({ type: 'finish', choice: 0, reason: finishReasonOf(status, reason, answer.items.hasCalls()) });
  return end(answer, 'whole');
}

function failed(answer: ReadingAnswer, error: JsonObject): ReadState {
  answer.failure = readOpenAiError(0, error);
  return end(answer, 'failed');
}

function end(answer: ReadingAnswer, state: ReadState): ReadState {
  answer.state = state;
  return state;
}
