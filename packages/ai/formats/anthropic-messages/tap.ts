import type { AnswerDecoder } from '../../answer-decoder.ts';
import type { Tap } from '../../format.ts';
import { openStreamTap } from './stream-tap.ts';
import { openWholeTap } from './whole-tap.ts';

/** Passes a message on as it comes, and reads its usage and its end. */
export function openMessagesTap(tap: Tap): AnswerDecoder {
  return tap.stream ? openStreamTap(tap) : openWholeTap(tap);
}
