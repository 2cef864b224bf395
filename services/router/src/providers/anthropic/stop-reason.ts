import type { FinishReason } from '#ai/formats/openai-chat/chunk.ts';

const reasons: ReadonlyMap<unknown, FinishReason> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['pause_turn', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_calls'],
  ['refusal', 'content_filter'],
]);

/** Why the answer ended, by OpenAI's names. `hasCalls`: a tool of the client was called, not only the JSON tool. */
export function finishReasonOf(stopReason: unknown, hasCalls: boolean): FinishReason {
  const reason = reasons.get(stopReason) ?? 'stop';
  return reason === 'tool_calls' && !hasCalls ? 'stop' : reason;
}
