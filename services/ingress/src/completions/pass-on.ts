import type { OutgoingHttpHeaders } from 'node:http';
import type { Refusal } from '#errors/error-table.ts';
import { crowdedRefusal } from '../http/answer.ts';
import { cut } from '../http/cut.ts';
import type { Exchange } from '../http/exchange.ts';
import { PIECE_MAX_BYTES, room, send } from '../http/send.ts';
import { type AnswerWriter, answerFailure } from './answer-writer.ts';

/** How long a broken-off answer's last words may take to leave. Below what a drain leaves for settling. */
const FAREWELL_MS = 2_000;

/** An answer that is passed on while it comes, so that its length is not known when it begins. */
export interface PassedOn extends Pick<AnswerWriter, 'data' | 'end' | 'fail'> {
  /** Writes the head; false where there is nobody to write it to any more. */
  begin(status: number, headers: OutgoingHttpHeaders): boolean;
  /** `isHeld`: the bytes are counted in the budget for answers already. */
  data(data: Buffer, isHeld?: boolean): Promise<void> | undefined;
}

/**
 * Passes an answer on piece by piece. The next piece is asked for when the client has made room for it, so that at most
 * one waits in memory beside what its socket holds. `farewellOf` says what a client is told of a failure after the head;
 * after that the connection is broken off, and no client can take the answer for whole.
 */
export function passOn(exchange: Exchange, farewellOf: (refusal: Refusal) => string): PassedOn {
  const { response, record, answers } = exchange;
  let isOver = false;
  const fail: PassedOn['fail'] = (refusal) => {
    if (isOver) return;
    isOver = true;
    if (!response.headersSent) {
      answers.release(exchange, exchange.answerBytesHeld);
      answerFailure(exchange, refusal);
      return;
    }
    record.error ??= refusal.code;
    breakOff(exchange, farewellOf(refusal));
  };
  return {
    begin(status, headers) {
      if (isOver || response.headersSent || response.destroyed) return false;
      record.status = status;
      response.writeHead(status, headers);
      return true;
    },
    data(data, isHeld = false) {
      if (isOver || response.destroyed || data.length === 0) return undefined;
      if (isHeld) return send(exchange, data);
      const isSmall = data.length <= PIECE_MAX_BYTES;
      // A small piece that finds room is not counted: counting each took a seventh more CPU a stream (measured). So a
      // socket may hold up to its high-water mark of 64 KiB beside the budget.
      if (isSmall && response.write(data)) return undefined;
      const waitingBytes = isSmall ? response.writableLength : data.length;
      if (!answers.hold(exchange, waitingBytes)) {
        fail(crowdedRefusal);
        return undefined;
      }
      return isSmall ? room(response).then(() => answers.release(exchange, waitingBytes)) : send(exchange, data);
    },
    end() {
      if (isOver) return;
      isOver = true;
      response.end();
    },
    fail,
  };
}

/** Says a last word to a client that keeps up, and breaks the connection off. */
function breakOff(exchange: Exchange, farewell: string): void {
  const { response } = exchange;
  if (response.destroyed) return;
  // In front of a client that is behind, a piece of the answer may be half written: a word would end up in its middle.
  if (farewell === '' || response.writableNeedDrain) {
    cut(exchange);
    return;
  }
  const timer = setTimeout(() => cut(exchange), FAREWELL_MS);
  response.once('close', () => clearTimeout(timer));
  response.write(farewell, () => cut(exchange));
}
