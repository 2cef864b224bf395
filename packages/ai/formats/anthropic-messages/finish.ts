import type { FinishReason } from '../../chat/answer-part.ts';

/** Anthropic's stop reasons. One that is not here is taken for an ordinary end. */
const reasons: ReadonlyMap<unknown, FinishReason> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool-calls'],
  ['refusal', 'refused'],
  ['pause_turn', 'paused'],
]);

const stopReasons: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  refused: 'refusal',
  paused: 'pause_turn',
};

/** Why the answer ended. `hasCalls`: a tool of the client's was called, and not only the one that stands in for JSON. */
export function finishReasonOf(stopReason: unknown, hasCalls: boolean): FinishReason {
  const reason = reasons.get(stopReason) ?? 'stop';
  return reason === 'tool-calls' && !hasCalls ? 'stop' : reason;
}

export function stopReasonOf(reason: FinishReason, stopSequence: string | null): string {
  return reason === 'stop' && stopSequence !== null ? 'stop_sequence' : stopReasons[reason];
}
