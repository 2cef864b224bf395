import { answerTokensOf, promptTokensOf, type Usage } from '#ai/usage.ts';
import type { JsonObject } from '#kernel/json.ts';
import type { Completion } from '../wire.ts';
import { callSignature } from './content-rules.ts';
import { isThird } from './prompt.ts';

const finishReasons: Readonly<Record<string, string>> = {
  stop: 'STOP',
  tool_calls: 'STOP',
  length: 'MAX_TOKENS',
  content_filter: 'SAFETY',
};

/** The JSON body of an answer. */
export function geminiBody(completion: Completion): string {
  const { answer, prompt, usage } = completion;
  const parts = answer.blocks.map((_, block) => partOf(completion, block));
  return JSON.stringify({
    candidates: Array.from({ length: prompt.choices }, (_, index) => ({
      content: { parts, role: 'model' },
      finishReason: finishReasonOf(completion),
      index,
    })),
    ...(usage === undefined ? {} : { usageMetadata: usageReport(usage) }),
    ...headOf(completion),
  });
}

export function headOf({ id, prompt }: Completion): JsonObject {
  return { modelVersion: prompt.model, responseId: id };
}

export function finishReasonOf({ answer }: Completion): string {
  return finishReasons[answer.finishReason] ?? answer.finishReason;
}

/** A block of the answer, or a piece of it. */
export function partOf({ id, answer, prompt }: Completion, block: number, piece?: number): JsonObject {
  const said = answer.blocks[block];
  const text = piece === undefined ? (said?.pieces.join('') ?? '') : (said?.pieces[piece] ?? '');
  if (said?.kind === 'thought') return { text, thought: true };
  if (said?.kind !== 'call') return { text };
  const isFirst = !answer.blocks.slice(0, block).some(({ kind }) => kind === 'call');
  const signed = isThird(prompt.model) && isFirst ? { thoughtSignature: callSignature(said.name) } : {};
  return { functionCall: { id: `${id}-${block}`, name: said.name, args: argsOf(said.pieces.join('')) }, ...signed };
}

/** Usage as Google reports it: the cache is within the prompt, thoughts are beside the answer. */
export function usageReport(usage: Usage): JsonObject {
  const prompt = promptTokensOf(usage);
  const answer = answerTokensOf(usage);
  const { cached_input: cached = 0, reasoning = 0 } = usage;
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: answer - reasoning,
    totalTokenCount: prompt + answer,
    ...(cached === 0 ? {} : { cachedContentTokenCount: cached }),
    ...(reasoning === 0 ? {} : { thoughtsTokenCount: reasoning }),
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: prompt }],
  };
}

/** Arguments that the bound cut short are no JSON any more. */
function argsOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}
