import type { ChatSettings } from '../../chat/chat-request.ts';
import type { Unplaced } from '../../translate/unplaced.ts';
import type { ModelTraits } from './model-traits.ts';

/** Temperature goes to 2 at OpenAI, and to 1 here. */
const TEMPERATURE_MAX = 1;
/** What both mean where nothing is said. */
const DEFAULT = 1;

export interface Sampling {
  readonly temperature?: number;
  readonly top_p?: number;
  readonly top_k?: number;
}

/**
 * Temperature, top_p and top_k, where the model takes them. Defaults mean nothing and are passed over where they would be
 * refused. `isThinking`: a model that thinks takes the default temperature only.
 */
export function encodeSampling(
  settings: ChatSettings,
  { sampling }: ModelTraits,
  isThinking: boolean,
  unplaced: Unplaced,
): Sampling {
  const { temperature, topP, topK } = settings;
  if (sampling === 'none' || isThinking) {
    const why = isThinking ? 'a model that thinks does not take it' : 'this model does not take it';
    if (temperature !== undefined && temperature < DEFAULT) unplaced.leaveOut('temperature', why);
    if (topP !== undefined && topP !== DEFAULT) unplaced.leaveOut('topP', why);
    if (topK !== undefined) unplaced.leaveOut('topK', why);
    return {};
  }
  const isOneTooMany = sampling === 'one' && temperature !== undefined && topP !== undefined;
  const isTopPTold = topP !== undefined && !(isOneTooMany && (topP === DEFAULT || temperature < DEFAULT));
  const isTemperatureTold = temperature !== undefined && !(isOneTooMany && isTopPTold);
  if (isOneTooMany && !isTopPTold && topP !== DEFAULT) {
    unplaced.leaveOut('topP', 'this model takes temperature or top_p, not both');
  }
  return {
    ...(isTemperatureTold && { temperature: Math.min(temperature, TEMPERATURE_MAX) }),
    ...(isTopPTold && { top_p: topP }),
    ...(topK !== undefined && { top_k: topK }),
  };
}
