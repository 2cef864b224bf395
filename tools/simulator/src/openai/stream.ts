import type { Completion, StreamFrames } from '../wire.ts';
import { OPEN_AI_FINGERPRINT, openAiUsage, toolCallId } from './completion.ts';
import { openAiErrorBody } from './error-body.ts';
import { logprobsOf } from './logprobs.ts';

/** The frames of a chat completion stream. What is the same in every chunk is made once, for this is the hot path. */
export function openAiStreamFrames(completion: Completion): StreamFrames {
  const { answer, prompt, usage } = completion;
  const head =
    `data: {"id":"chatcmpl-${completion.id}","object":"chat.completion.chunk",` +
    `"created":${Math.floor(completion.createdAtMs / 1000)},"model":${JSON.stringify(prompt.model)},` +
    `"service_tier":"default","system_fingerprint":"${OPEN_AI_FINGERPRINT}","choices":[`;
  const isUsageAsked = prompt.includeUsage && usage !== undefined;
  const tail = isUsageAsked ? '],"usage":null}\n\n' : ']}\n\n';
  const chunk = (choice: number, delta: string, logprobs: string, finishReason: string): string =>
    `${head}{"index":${choice},"delta":${delta},"logprobs":${logprobs},"finish_reason":${finishReason}}${tail}`;
  const forChoices = (render: (choice: number) => string): string => {
    let frames = '';
    for (let choice = 0; choice < prompt.choices; choice += 1) {
      frames += render(choice);
    }
    return frames;
  };

  return {
    opening: () => forChoices((choice) => chunk(choice, openingDelta(completion, choice), 'null', 'null')),
    delta: (index) => {
      const piece = answer.pieces[index] ?? '';
      const delta = pieceDelta(completion, piece);
      const logprobs =
        prompt.topLogprobs === undefined || answer.toolName !== undefined
          ? 'null'
          : JSON.stringify(logprobsOf([piece], prompt.topLogprobs));
      return forChoices((choice) => chunk(choice, delta, logprobs, 'null'));
    },
    closing: () => {
      const finish = forChoices((choice) => chunk(choice, '{}', 'null', JSON.stringify(answer.finishReason)));
      return isUsageAsked ? `${finish}${head}],"usage":${JSON.stringify(openAiUsage(usage))}}\n\n` : finish;
    },
    terminator: () => 'data: [DONE]\n\n',
    error: () => `data: ${openAiErrorBody(500, 'The simulator was told to fail in the middle of this stream.')}\n\n`,
    garbage: () => 'data: {"choices":[{"delta":<html>not what was asked for\n\n',
  };
}

function openingDelta(completion: Completion, choice: number): string {
  const { toolName } = completion.answer;
  if (toolName === undefined) return '{"role":"assistant","content":"","refusal":null}';
  const call = {
    index: 0,
    id: toolCallId(completion, choice),
    type: 'function',
    function: { name: toolName, arguments: '' },
  };
  return JSON.stringify({ role: 'assistant', content: null, tool_calls: [call], refusal: null });
}

function pieceDelta(completion: Completion, piece: string): string {
  return completion.answer.toolName === undefined
    ? `{"content":${JSON.stringify(piece)}}`
    : `{"tool_calls":[{"index":0,"function":{"arguments":${JSON.stringify(piece)}}}]}`;
}
