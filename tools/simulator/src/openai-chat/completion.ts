import { type Block, textOfAnswer } from '../answer.ts';
import { logprobsOf } from '../openai/logprobs.ts';
import { dialectOf } from '../openai/usage-report.ts';
import type { Completion } from '../wire.ts';

export const OPEN_AI_FINGERPRINT = 'fp_simulator';

/** The JSON body of a chat completion. */
export function chatCompletionBody(completion: Completion): string {
  const { prompt, usage, script } = completion;
  return JSON.stringify({
    id: `chatcmpl-${completion.id}`,
    object: 'chat.completion',
    created: Math.floor(completion.createdAtMs / 1000),
    model: prompt.model,
    choices: Array.from({ length: prompt.choices }, (_, index) => choiceOf(completion, index)),
    ...(usage === undefined ? {} : { usage: dialectOf(script).report(usage) }),
    service_tier: script.serviceTier ?? 'default',
    system_fingerprint: OPEN_AI_FINGERPRINT,
  });
}

/** The id of a tool call, different for every call of every choice. */
export function toolCallId(completion: Completion, choice: number, call: number): string {
  return call === 0 ? `call_${completion.id}_${choice}` : `call_${completion.id}_${choice}_${call}`;
}

function choiceOf(completion: Completion, index: number): object {
  const { answer, prompt, script } = completion;
  const calls = answer.blocks.filter((block) => block.kind === 'call');
  const { thoughtsField } = dialectOf(script);
  const thoughts = answer.blocks.flatMap((block) => (block.kind === 'thought' ? block.pieces : [])).join('');
  const spoken = answer.blocks.flatMap((block) => (block.kind === 'text' ? block.pieces : []));
  return {
    index,
    message: {
      role: 'assistant',
      content: calls.length === 0 ? textOfAnswer(answer) : null,
      ...(thoughtsField === undefined || thoughts === '' ? {} : { [thoughtsField]: thoughts }),
      refusal: null,
      ...(calls.length === 0 ? {} : { tool_calls: calls.map((call, place) => callOf(completion, index, call, place)) }),
      annotations: [],
    },
    logprobs: prompt.topLogprobs === undefined || calls.length > 0 ? null : logprobsOf(spoken, prompt.topLogprobs),
    finish_reason: answer.finishReason,
  };
}

function callOf(
  completion: Completion,
  choice: number,
  block: Extract<Block, { kind: 'call' }>,
  place: number,
): object {
  const id = toolCallId(completion, choice, place);
  const input = block.pieces.join('');
  return block.toolKind === 'custom'
    ? { id, type: 'custom', custom: { name: block.name, input } }
    : { id, type: 'function', function: { name: block.name, arguments: input } };
}
