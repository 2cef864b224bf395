import type { AnswerStatus } from '../answer-decoder.ts';
import { HEARD_MAX_BYTES } from './heard-max.ts';

/** A stream whose events are passed on. */
interface PassedStream {
  readonly status: AnswerStatus;
  isOver: boolean;
  /** Bytes that were read after an event that is too long to pass on. */
  heardBytes: number;
}

/**
 * The bytes that pass, of a piece that was read. None, once the stream is too long to pass on: what is read then counts, up to
 * an end.
 */
export function passOn(stream: PassedStream, piece: Buffer, out: readonly Buffer[]): Buffer | null {
  if (stream.status === 'too-long') {
    stream.heardBytes += piece.length;
    stream.isOver ||= stream.heardBytes > HEARD_MAX_BYTES;
    return null;
  }
  const [first] = out;
  return first ? (out.length === 1 ? first : Buffer.concat(out)) : null;
}
