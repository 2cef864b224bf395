import type { AnswerEnd, AnswerPart } from '../../chat/answer-part.ts';
import type { AnswerContext, StreamWriter } from '../../format.ts';
import { writeJson } from '../../json/write-json.ts';
import { sseEventOf } from '../../sse/write-sse-event.ts';
import { createCandidateWriter } from './candidate-writer.ts';
import { writeCandidate } from './write-answer.ts';
import { writeUsage } from './write-usage.ts';

/**
 * Writes a stream of documents, each with the next parts. The reasons to stop and the usage come in the last one, which nothing
 * follows: this format has no event for its end.
 */
export function openGeminiWriter(context: AnswerContext): StreamWriter {
  const writer = createCandidateWriter();
  const base = { modelVersion: context.model, responseId: context.requestId };
  return {
    write(part: AnswerPart) {
      writer.add(part);
      let out = '';
      for (const [index, candidate] of writer.candidates) {
        if (candidate.parts.length === 0) continue;
        const { parts } = candidate;
        candidate.parts = [];
        out += event({ candidates: [writeCandidate(index, { parts, finishReason: null })], ...base });
      }
      return out;
    },
    close(end: AnswerEnd) {
      const candidates = Array.from(writer.candidates, ([index, candidate]) => writeCandidate(index, candidate));
      return event({ candidates, usageMetadata: writeUsage(end), ...base });
    },
  };
}

function event(document: Readonly<Record<string, unknown>>): string {
  return sseEventOf(writeJson(document));
}
