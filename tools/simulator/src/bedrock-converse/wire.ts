import { type BedrockDoor, bedrockDoor } from '../aws/bedrock-door.ts';
import type { Wire } from '../wire.ts';
import { converseBody } from './completion.ts';
import { type Addressed, readConversePrompt } from './prompt.ts';
import { converseStreamFrames } from './stream.ts';

/** Bedrock's Converse: one format for the models of all makers. */
export function converseWire(addressed: Addressed, door: BedrockDoor): Wire {
  return {
    name: 'bedrock-converse',
    longCacheUnit: 'cache_write_1h',
    ...bedrockDoor(door),
    readPrompt: (body) => readConversePrompt(body, addressed),
    completionBody: converseBody,
    streamFrames: converseStreamFrames,
  };
}
