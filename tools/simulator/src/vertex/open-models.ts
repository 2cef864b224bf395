import type { GeminiDoor } from '../gemini-generate/wire.ts';
import { chatWire } from '../openai-chat/wire.ts';
import type { Wire } from '../wire.ts';

/** Open models at Vertex AI: OpenAI's format at Google's door, whose errors are in a list there. */
export function openModelsWire(door: GeminiDoor): Wire {
  return { ...chatWire, ...door, errorBody: (problem) => `[${door.errorBody(problem)}]` };
}
