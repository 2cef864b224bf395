import type { FinishReason } from '../../chat/answer-part.ts';

/** Amazon's stop reasons. One that is not here is taken for an ordinary end. */
const reasons: ReadonlyMap<unknown, FinishReason> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['tool_use', 'tool-calls'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['guardrail_intervened', 'refused'],
  ['content_filtered', 'refused'],
  // What the model wrote makes no sense to Amazon, and ends in the middle of something.
  ['malformed_model_output', 'length'],
  ['malformed_tool_use', 'length'],
]);

/** Some models say end_turn though they call a tool; `hasCalls`: a tool of the client's was called. */
export function finishReasonOf(stopReason: unknown, hasCalls: boolean): FinishReason {
  const reason = reasons.get(stopReason) ?? 'stop';
  if (reason === 'stop' && hasCalls) return 'tool-calls';
  return reason === 'tool-calls' && !hasCalls ? 'stop' : reason;
}
