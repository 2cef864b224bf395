import type { JsonObject } from '#kernel/json.ts';
import type { Completion, StreamFrames } from '../wire.ts';
import { finishReasonOf, headOf, partOf, usageReport } from './completion.ts';
import { geminiErrorBody } from './error-body.ts';

const OVERLOADED_STATUS = 503;

/** The frames of a stream: documents with the next parts, and nothing behind the last. */
export function geminiStreamFrames(completion: Completion): StreamFrames {
  const { answer, prompt, usage, script } = completion;
  const candidates = (part: JsonObject | null, more: JsonObject = {}): JsonObject => ({
    candidates: Array.from({ length: prompt.choices }, (_, index) => ({
      content: { parts: part === null ? [] : [part], role: 'model' },
      index,
      ...more,
    })),
    ...headOf(completion),
  });
  return {
    opening: () => '',
    blockStart: () => '',
    // A call comes in one piece.
    delta: (block, piece) =>
      answer.blocks[block]?.kind === 'call' ? '' : event(candidates(partOf(completion, block, piece))),
    blockEnd: (block) => (answer.blocks[block]?.kind === 'call' ? event(candidates(partOf(completion, block))) : ''),
    closing: () =>
      event({
        ...candidates(null, { finishReason: finishReasonOf(completion) }),
        ...(usage === undefined ? {} : { usageMetadata: usageReport(usage) }),
      }),
    terminator: () => '',
    error: () =>
      `data: ${geminiErrorBody({ status: OVERLOADED_STATUS, message: script.errorText ?? 'The model is overloaded.' })}\r\n\r\n`,
    garbage: () => 'data: {"candidates":[{"content":<html>not what was asked for\r\n\r\n',
  };
}

function event(document: JsonObject): string {
  return `data: ${JSON.stringify(document)}\r\n\r\n`;
}
