import { answerBytes, JSON_TYPE } from '../http/answer.ts';
import type { Exchange } from '../http/exchange.ts';
import { type AnswerWriter, answerFailure, type Head } from './answer-writer.ts';

/**
 * Writes a completion as one JSON document, with its length. The document is kept until its end is known, so that a
 * failure after the head is still a proper error; the router has had it whole in memory by then anyway.
 */
export function wholeAnswer(exchange: Exchange): AnswerWriter {
  const chunks: Buffer[] = [];
  let head: Head | undefined;
  return {
    head(frame) {
      head = frame;
    },
    data(data) {
      chunks.push(data);
      return undefined;
    },
    end() {
      const [first] = chunks;
      const body = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
      answerBytes(exchange, head?.status ?? 200, body, { 'content-type': head?.contentType ?? JSON_TYPE });
    },
    fail(refusal) {
      answerFailure(exchange, refusal);
    },
  };
}
