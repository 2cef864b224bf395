import type { FinishReason } from '../../chat/answer-part.ts';

/** Reasons to finish, OpenAI's and those of who is like it. One that is not here is taken for an ordinary end. */
const reasons: ReadonlyMap<unknown, FinishReason> = new Map<unknown, FinishReason>([
  ['stop', 'stop'],
  ['length', 'length'],
  ['max_tokens', 'length'],
  // Mistral.
  ['model_length', 'length'],
  ['tool_calls', 'tool-calls'],
  ['function_call', 'tool-calls'],
  ['content_filter', 'refused'],
  // Zhipu.
  ['sensitive', 'refused'],
]);

const written = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  refused: 'content_filter',
  // The client sends the turn again, or goes on.
  paused: 'stop',
} as const satisfies Record<FinishReason, string>;

/** Why a choice ended. `hasCalls`: some providers say `stop` where a tool is called. */
export function finishReasonOf(reason: unknown, hasCalls: boolean): FinishReason {
  const read = reasons.get(reason) ?? 'stop';
  return read === 'stop' && hasCalls ? 'tool-calls' : read;
}

export function writeFinish(reason: FinishReason): (typeof written)[FinishReason] {
  return written[reason];
}
