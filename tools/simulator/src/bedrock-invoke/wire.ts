import type { Addressed } from '../anthropic-cloud/prompt.ts';
import { messageBody } from '../anthropic-messages/completion.ts';
import { type BedrockDoor, bedrockDoor } from '../aws/bedrock-door.ts';
import type { Wire } from '../wire.ts';
import { readInvokePrompt } from './prompt.ts';
import { invokeStreamFrames } from './stream.ts';

/** Bedrock's InvokeModel for Claude: Anthropic's format at AWS' door. */
export function invokeWire(addressed: Addressed, door: BedrockDoor): Wire {
  return {
    name: 'anthropic-messages',
    longCacheUnit: 'cache_write_1h',
    ...bedrockDoor(door),
    readPrompt: (body) => readInvokePrompt(body, addressed),
    completionBody: messageBody,
    streamFrames: invokeStreamFrames,
  };
}
