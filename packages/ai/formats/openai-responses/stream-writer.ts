import { asObject, type JsonObject } from '#kernel/json.ts';
import type { AnswerEnd, AnswerPart, FinishReason } from '../../chat/answer-part.ts';
import type { AnswerContext, StreamWriter } from '../../format.ts';
import { endingOf } from './finish.ts';
import { createOutput, type Output } from './output.ts';
import { createResponseFrame, type ResponseFrame } from './response-frame.ts';
import { readToolSpaces } from './tool-spaces.ts';

/**
 * Writes a response as a stream of named events, numbered from 0. Every item is opened, filled and closed, and one last event
 * has the whole response.
 */
export function openResponsesWriter(context: AnswerContext): StreamWriter {
  let text = '';
  let sequence = 0;
  let reason: FinishReason | null = null;
  let frame: ResponseFrame | null = null;
  let output: Output | null = null;

  function emit(type: string, fields: string): void {
    text += `event: ${type}\ndata: {"type":"${type}","sequence_number":${sequence},${fields}}\n\n`;
    sequence += 1;
  }

  function begun(start: Extract<AnswerPart, { type: 'start' }> | null): { frame: ResponseFrame; output: Output } {
    if (frame !== null && output !== null) return { frame, output };
    frame = createResponseFrame(context, start);
    output = createOutput({
      requestId: context.requestId,
      emit,
      tellsThoughtsAsSummary: asksForSummary(context.body),
      spaces: readToolSpaces(context.body['tools']),
    });
    const response = `"response":${frame.begun()}`;
    emit('response.created', response);
    emit('response.in_progress', response);
    return { frame, output };
  }

  function taken(): string {
    const written = text;
    text = '';
    return written;
  }

  return {
    write(part) {
      const { output } = begun(part.type === 'start' ? part : null);
      if (part.type === 'finish' && part.choice === 0) reason = part.reason;
      else output.write(part);
      return taken();
    },
    close(end: AnswerEnd) {
      const { frame, output } = begun(null);
      const ending = endingOf(reason);
      output.close(ending.status === 'completed');
      emit(ending.event, `"response":${frame.ended(ending, output.json(), end)}`);
      return taken();
    },
  };
}

/** Whether the client looks for thoughts in a summary. */
export function asksForSummary(body: JsonObject): boolean {
  const reasoning = asObject(body['reasoning']);
  return typeof (reasoning?.['summary'] ?? reasoning?.['generate_summary']) === 'string';
}
