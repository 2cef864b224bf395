import type { AnswerEnd, AnswerPart } from '../../chat/answer-part.ts';
import type { AnswerContext } from '../../format.ts';
import { writeJson } from '../../json/write-json.ts';
import { type Candidate, createCandidateWriter } from './candidate-writer.ts';
import { writeUsage } from './write-usage.ts';

/** A whole answer as Gemini's clients read it. */
export function writeGeminiAnswer(parts: readonly AnswerPart[], end: AnswerEnd, context: AnswerContext): string {
  const writer = createCandidateWriter();
  for (const part of parts) writer.add(part);
  return writeJson({
    candidates: Array.from(writer.candidates, ([index, candidate]) => writeCandidate(index, candidate)),
    usageMetadata: writeUsage(end),
    modelVersion: context.model,
    responseId: context.requestId,
  });
}

/** A candidate with what has come of it. */
export function writeCandidate(index: number, { parts, finishReason }: Candidate): Readonly<Record<string, unknown>> {
  return {
    content: { role: 'model', parts },
    finishReason: finishReason ?? undefined,
    index,
  };
}
