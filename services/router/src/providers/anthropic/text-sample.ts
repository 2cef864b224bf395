import type { ChunkDelta } from '#openai-wire/chunk.ts';
import type { TextSample } from '../../ports.ts';

/** Some ten thousand tokens: a longer text is estimated by its length. */
const SAMPLE_MAX_CHARACTERS = 32 * 1024;

/** Keeps the text of a translated stream, in case its usage has to be estimated. */
export interface StreamText {
  add(delta: ChunkDelta): void;
  readonly read: () => TextSample;
}

export function createTextSample(): StreamText {
  let text = '';
  let characters = 0;

  function addText(piece: string): void {
    characters += piece.length;
    if (text.length < SAMPLE_MAX_CHARACTERS) text += piece;
  }

  return {
    add(delta) {
      if (delta.content) addText(delta.content);
      for (const call of delta.tool_calls ?? []) addText((call.function.name ?? '') + call.function.arguments);
    },
    read: () => ({ text, scale: text.length === 0 ? 1 : characters / text.length }),
  };
}
