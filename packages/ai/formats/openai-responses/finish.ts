import type { FinishReason } from '../../chat/answer-part.ts';

/** How a response ends: the last event of its stream, its status, and why it is not complete. */
export interface ResponseEnding {
  readonly event: 'response.completed' | 'response.incomplete';
  readonly status: 'completed' | 'incomplete';
  readonly reason: 'max_output_tokens' | 'content_filter' | null;
}

const completed: ResponseEnding = { event: 'response.completed', status: 'completed', reason: null };

/**
 * A model that refused in words came to its end; what a filter stopped did not. A turn that the provider wants sent again is
 * told as complete: sending it again is what a client does with a complete one.
 */
const endings: Readonly<Record<FinishReason, ResponseEnding>> = {
  stop: completed,
  'tool-calls': completed,
  paused: completed,
  length: { event: 'response.incomplete', status: 'incomplete', reason: 'max_output_tokens' },
  refused: { event: 'response.incomplete', status: 'incomplete', reason: 'content_filter' },
};

/** null: the provider gave no reason. */
export function endingOf(reason: FinishReason | null): ResponseEnding {
  return reason === null ? completed : endings[reason];
}

/** Why a provider's response ended. */
export function finishReasonOf(status: unknown, incompleteReason: unknown, hasCalls: boolean): FinishReason {
  if (status === 'incomplete' || incompleteReason !== undefined) {
    return incompleteReason === 'content_filter' ? 'refused' : 'length';
  }
  return hasCalls ? 'tool-calls' : 'stop';
}
