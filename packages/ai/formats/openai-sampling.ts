import type { ChatSettings } from '../chat/chat-request.ts';
import type { Unplaced } from '../translate/unplaced.ts';

/**
 * OpenAI's models that think whatever they are asked: they refuse all sampling but the default one (guide of reasoning models).
 * Later ones take it without thoughts.
 */
const alwaysThinks = /^(o\d|gpt-5(-mini|-nano|-pro|-codex)?(-\d{4}-\d\d-\d\d)?$)/;

/** The sampling that a model of OpenAI's takes of what is asked for. The default is no setting. */
export function samplingAt(
  { temperature, topP }: ChatSettings,
  model: string,
  unplaced: Unplaced,
): Pick<ChatSettings, 'temperature' | 'topP'> {
  if (!alwaysThinks.test(model)) return { temperature, topP };
  const why = `${model} thinks, and takes no sampling`;
  if (temperature !== undefined && temperature !== 1) unplaced.leaveOut('temperature', why);
  if (topP !== undefined && topP !== 1) unplaced.leaveOut('topP', why);
  return {};
}
