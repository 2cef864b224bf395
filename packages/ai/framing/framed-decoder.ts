import type { AnswerDecoder } from '../answer-decoder.ts';
import { type FramingName, openUnframing } from './framing.ts';

/** A decoder of server-sent events for a stream that is framed in another way. */
export function framedDecoder(decoder: AnswerDecoder, name: FramingName): AnswerDecoder {
  const unframing = openUnframing(name);
  if (unframing === null) return decoder;
  return {
    ...decoder,
    push(bytes) {
      const events = unframing.push(bytes);
      return events.length === 0 ? null : decoder.push(events);
    },
    // A stream that cannot be read is invalid, unless it was over before.
    status: () => (unframing.isBroken() && decoder.status() === 'open' ? 'invalid' : decoder.status()),
    isOver: () => unframing.isBroken() || decoder.isOver(),
  };
}
