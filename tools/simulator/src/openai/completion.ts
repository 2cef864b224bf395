import type { Usage } from '../completion-usage.ts';
import type { Completion } from '../wire.ts';
import { logprobsOf } from './logprobs.ts';

export const OPEN_AI_FINGERPRINT = 'fp_simulator';

/** The JSON body of a chat completion. */
export function openAiCompletionBody(completion: Completion): string {
  const { prompt, usage } = completion;
  return JSON.stringify({
    id: `chatcmpl-${completion.id}`,
    object: 'chat.completion',
    created: Math.floor(completion.createdAtMs / 1000),
    model: prompt.model,
    choices: Array.from({ length: prompt.choices }, (_, index) => choiceOf(completion, index)),
    ...(usage === undefined ? {} : { usage: openAiUsage(usage) }),
    service_tier: 'default',
    system_fingerprint: OPEN_AI_FINGERPRINT,
  });
}

/** Usage as OpenAI reports it. */
export function openAiUsage(usage: Usage): object {
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.promptTokens + usage.completionTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cachedTokens,
      cache_write_tokens: usage.cacheWriteTokens,
      audio_tokens: 0,
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

/** The id of a tool call, different in every choice. */
export function toolCallId(completion: Completion, choice: number): string {
  return `call_${completion.id}_${choice}`;
}

function choiceOf(completion: Completion, index: number): object {
  const { answer, prompt } = completion;
  const said = answer.pieces.join('');
  const call =
    answer.toolName === undefined
      ? undefined
      : {
          id: toolCallId(completion, index),
          type: 'function',
          function: { name: answer.toolName, arguments: said },
        };
  return {
    index,
    message: {
      role: 'assistant',
      content: call === undefined ? said : null,
      refusal: null,
      ...(call === undefined ? {} : { tool_calls: [call] }),
      annotations: [],
    },
    logprobs:
      prompt.topLogprobs === undefined || call !== undefined ? null : logprobsOf(answer.pieces, prompt.topLogprobs),
    finish_reason: answer.finishReason,
  };
}
