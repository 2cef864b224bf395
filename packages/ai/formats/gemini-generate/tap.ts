import type { AnswerDecoder } from '../../answer-decoder.ts';
import type { Tap } from '../../format.ts';
import { openStreamTap } from './stream-tap.ts';
import { openWholeTap } from './whole-tap.ts';

/** Passes an answer on as it comes, and reads its usage and its end. */
export function openGeminiTap(tap: Tap): AnswerDecoder {
  return tap.stream ? openStreamTap(tap) : openWholeTap(tap);
}
