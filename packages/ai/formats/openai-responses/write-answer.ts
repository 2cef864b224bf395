import type { AnswerEnd, AnswerPart, FinishReason } from '../../chat/answer-part.ts';
import type { AnswerContext } from '../../format.ts';
import { endingOf } from './finish.ts';
import { createOutput } from './output.ts';
import { createResponseFrame } from './response-frame.ts';
import { asksForSummary } from './stream-writer.ts';
import { readToolSpaces } from './tool-spaces.ts';

/** A whole response. It is what a stream of the same parts has in its last event. */
export function writeResponsesAnswer(parts: readonly AnswerPart[], end: AnswerEnd, context: AnswerContext): string {
  let start: Extract<AnswerPart, { type: 'start' }> | null = null;
  let reason: FinishReason | null = null;
  const output = createOutput({
    requestId: context.requestId,
    emit: () => {},
    tellsThoughtsAsSummary: asksForSummary(context.body),
    spaces: readToolSpaces(context.body['tools']),
  });
  for (const part of parts) {
    if (part.type === 'start') start ??= part;
    else if (part.type === 'finish') reason = part.choice === 0 ? part.reason : reason;
    else output.write(part);
  }
  const ending = endingOf(reason);
  output.close(ending.status === 'completed');
  return createResponseFrame(context, start).ended(ending, output.json(), end);
}
