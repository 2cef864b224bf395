import { answerBytes, crowdedRefusal } from '../http/answer.ts';
import { JSON_TYPE } from '../http/error-form.ts';
import type { Exchange } from '../http/exchange.ts';
import type { AnswerWriter, Head } from './answer-writer.ts';
import { passOn } from './pass-on.ts';

/**
 * How much of a document is kept until its end is known. Nearly every answer is smaller than a tenth of this (16,384
 * tokens are some 80 KiB), so that it has its length, and a failure of it is a proper error with a status.
 */
export const WHOLE_HELD_MAX_BYTES = 1024 * 1024;

/**
 * Writes a completion as one JSON document, with its length. A document of more than `WHOLE_HELD_MAX_BYTES` is not kept:
 * its head is written without a length, and its pieces are passed on as they come. If it fails then, the connection is
 * broken off.
 */
export function wholeAnswer(exchange: Exchange): AnswerWriter {
  const { answers, response } = exchange;
  const answer = passOn(exchange, () => '');
  let pieces: Buffer[] = [];
  let head: Head | undefined;
  let isPassedOn = false;
  const headers = () => ({ 'content-type': head?.contentType ?? JSON_TYPE });
  /** The pieces so far as one, which are kept no longer. */
  const taken = (): Buffer => {
    const [first] = pieces;
    const whole = pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces);
    pieces = [];
    return whole;
  };
  return {
    admitted() {},
    head(frame) {
      head = frame;
    },
    data(data) {
      if (isPassedOn || response.headersSent || response.destroyed) return answer.data(data);
      if (!answers.hold(exchange, data.length)) {
        pieces = [];
        answer.fail(crowdedRefusal);
        return undefined;
      }
      pieces.push(data);
      if (exchange.answerBytesHeld <= WHOLE_HELD_MAX_BYTES) return undefined;
      isPassedOn = true;
      answer.begin(head?.status ?? 200, headers());
      return answer.data(taken(), true);
    },
    end() {
      if (isPassedOn) {
        answer.end();
        return;
      }
      // Counted again as an answer of its length.
      answers.release(exchange, exchange.answerBytesHeld);
      answerBytes(exchange, head?.status ?? 200, taken(), headers());
    },
    fail(refusal) {
      pieces = [];
      answer.fail(refusal);
    },
  };
}
