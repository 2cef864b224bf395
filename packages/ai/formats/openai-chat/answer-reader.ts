import { asArray, asObject, type JsonObject, parseObject } from '#kernel/json.ts';
import type { ProviderError } from '../../answer-decoder.ts';
import type { AnswerPart } from '../../chat/answer-part.ts';
import type { AnswerReader, Reading, ReadState } from '../../format.ts';
import { isDone } from '../../sse/is-done.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import { mergeUsage } from '../../usage/merge-usage.ts';
import { readUsage } from '../../usage/read-usage.ts';
import { failureIn, usageIn } from './answer-shape.ts';
import { type ChoiceReader, createChoiceReader } from './choice-reader.ts';
import { indexOf } from './chunk-text.ts';
import { readOpenAiError, saysBadStatus } from './errors.ts';

/** The state of an answer that is read. */
interface Answer {
  readonly reading: Reading;
  readonly choices: Map<number, ChoiceReader>;
  parts: AnswerPart[];
  hasStarted: boolean;
  isOver: boolean;
  usage: JsonObject | null;
  serviceTier: string;
  failure: ProviderError | null;
}

/** Reads a chat answer, whole or streamed, in canonical parts. The ends of its choices come when it is known to be whole. */
export function openChatReader(reading: Reading): AnswerReader {
  const answer: Answer = {
    reading,
    choices: new Map(),
    parts: [],
    hasStarted: false,
    isOver: false,
    usage: null,
    serviceTier: '',
    failure: null,
  };
  return {
    readDocument: (document) => readDocument(answer, document),
    readEvent: (event) => readEvent(answer, event),
    readEnd: () => (isFinished(answer) ? finish(answer) : 'open'),
    takeParts() {
      const { parts } = answer;
      answer.parts = [];
      return parts;
    },
    usage: () => readUsage(answer.usage, reading.rules.usage, { serviceTier: answer.serviceTier }),
    isUsageFinal: () => answer.isOver || (answer.usage !== null && isFinished(answer)),
    failure: () => answer.failure,
  };
}

function readDocument(answer: Answer, document: JsonObject): ReadState {
  const failed = failedIn(answer, document);
  if (failed !== null) return failed;
  const choices = asArray(document['choices']);
  if (choices.length === 0) return 'invalid';
  readReport(answer, document);
  readHead(answer, document);
  for (const [at, value] of choices.entries()) {
    const choice = asObject(value);
    if (choice !== null) choiceOf(answer, choice, at).read(asObject(choice['message']) ?? {}, choice['finish_reason']);
  }
  return finish(answer);
}

function readEvent(answer: Answer, { name, data }: SseEvent): ReadState {
  if (isDone(data)) return answer.hasStarted ? finish(answer) : 'invalid';
  const chunk = parseObject(data);
  if (chunk === null) return /^\s*\{/.test(data) ? 'invalid' : 'open';
  const failed = failedIn(answer, chunk, name === 'error');
  if (failed !== null) return failed;
  const choices = asArray(chunk['choices']);
  readReport(answer, chunk);
  if (choices.length === 0) return 'open';
  readHead(answer, chunk);
  for (const [at, value] of choices.entries()) {
    const choice = asObject(value);
    if (choice !== null) choiceOf(answer, choice, at).read(asObject(choice['delta']) ?? {}, choice['finish_reason']);
  }
  return 'open';
}

function failedIn(answer: Answer, document: JsonObject, isError = false): ReadState | null {
  const failed = failureIn(document) ?? (isError || saysBadStatus(document['base_resp']) ? document : null);
  if (failed === null) return null;
  answer.failure = readOpenAiError(0, failed);
  return 'failed';
}

function readReport(answer: Answer, document: JsonObject): void {
  answer.usage = mergeUsage(answer.usage, usageIn(document));
  if (typeof document['service_tier'] === 'string') answer.serviceTier = document['service_tier'];
}

function readHead(answer: Answer, { id, model, created }: JsonObject): void {
  if (answer.hasStarted) return;
  answer.hasStarted = true;
  answer.parts.push({
    type: 'start',
    id: typeof id === 'string' ? id : '',
    model: typeof model === 'string' && model !== '' ? model : answer.reading.model,
    createdAtS: typeof created === 'number' && Number.isSafeInteger(created) ? created : 0,
  });
}

function choiceOf(answer: Answer, choice: JsonObject, place: number): ChoiceReader {
  const index = indexOf(choice, place);
  const known = answer.choices.get(index);
  if (known !== undefined) return known;
  const reader = createChoiceReader(index, answer.reading.notes, (part) => answer.parts.push(part));
  answer.choices.set(index, reader);
  return reader;
}

/** Whether every choice that was seen has its reason to finish, and there is one. */
function isFinished({ choices }: Answer): boolean {
  return choices.size > 0 && [...choices.values()].every((choice) => choice.hasFinish());
}

function finish(answer: Answer): ReadState {
  if (!answer.isOver) for (const choice of answer.choices.values()) choice.finish();
  answer.isOver = true;
  return 'whole';
}
