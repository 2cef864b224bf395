import type { AnswerDecoder } from '../../answer-decoder.ts';
import type { Tap } from '../../format.ts';
import { chatShape } from './answer-shape.ts';
import { openStreamTap } from './stream-tap.ts';
import { openWholeTap } from './whole-tap.ts';

/** Passes a chat completion on as it comes, and reads its usage and its end. */
export function openChatTap(tap: Tap): AnswerDecoder {
  return tap.stream ? openStreamTap(chatShape, tap) : openWholeTap(chatShape, tap);
}
