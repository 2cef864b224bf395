import type { Refusal } from '#errors/error-table.ts';
import type { Exchange } from '../http/exchange.ts';
import type { AnswerWriter } from './answer-writer.ts';
import { passOn } from './pass-on.ts';

/** A comment of server-sent events. Every reader of them skips it. */
const COMMENT = ': \n\n';

const STATUS_OK = 200;

const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
  // nginx holds an answer back otherwise.
  'x-accel-buffering': 'no',
} as const;

/** How a stream is written for clients of an endpoint. */
export interface StreamForm {
  /** One or more whole events. */
  errorEvent(refusal: Refusal, requestId: string): string;
  /** What is sent in a silence: something that clients skip. */
  readonly keepAlive: string;
  /** How long a silence may be. */
  readonly keepAliveMs: number;
}

/** Writes a completion as server-sent events, as they come. */
export function streamAnswer(exchange: Exchange, form: StreamForm): AnswerWriter {
  const { response } = exchange;
  const place = placeInStream();
  let silence: NodeJS.Timeout | undefined;
  const answer = passOn(exchange, (refusal) => {
    const event = form.errorEvent(refusal, exchange.id);
    // What stands before it is an event of its own, be it half of one.
    return place.isBetweenEvents() ? event : `\n\n${event}`;
  });
  const begin = (status: number): void => {
    if (!answer.begin(status, streamHeaders)) return;
    // The client's SDK resolves with the head; the first event may be seconds away.
    response.flushHeaders();
    exchange.probe = () => {
      // Within an event the rest of it comes at once, and shows as well whether anyone is there.
      if (response.destroyed || response.writableEnded) return;
      if (place.isBetweenEvents()) response.write(COMMENT);
    };
  };
  const fillSilence = (): void => {
    if (response.destroyed || response.writableEnded) return;
    begin(STATUS_OK);
    // A client that is behind has something to read.
    if (place.isBetweenEvents() && response.writableLength === 0) response.write(form.keepAlive);
    silence?.refresh();
  };
  const endSilence = (): void => {
    clearTimeout(silence);
    silence = undefined;
  };
  return {
    admitted() {
      clearTimeout(silence);
      silence = setTimeout(fillSilence, form.keepAliveMs);
      response.once('close', endSilence);
    },
    head: (frame) => begin(frame.status),
    data(data) {
      silence?.refresh();
      place.pass(data);
      return answer.data(data);
    },
    end() {
      endSilence();
      answer.end();
    },
    fail(refusal) {
      endSilence();
      answer.fail(refusal);
    },
  };
}

const [LF_LF, CR_CR, CR_LF_CR_LF] = [0x0a0a, 0x0d0d, 0x0d0a0d0a];
const TWO_BYTES = 0xffff;
const BYTE_BITS = 8;
const REMEMBERED_BYTES = 4;

/** Where a stream of events has come to. */
interface PlaceInStream {
  pass(data: Buffer): void;
  /** Nothing was sent yet, or an event has just ended: an empty line tells so. */
  isBetweenEvents(): boolean;
}

function placeInStream(): PlaceInStream {
  let lastBytes = LF_LF;
  return {
    pass(data) {
      for (let at = Math.max(0, data.length - REMEMBERED_BYTES); at < data.length; at++) {
        lastBytes = ((lastBytes << BYTE_BITS) | (data[at] ?? 0)) >>> 0;
      }
    },
    isBetweenEvents() {
      const lastTwo = lastBytes & TWO_BYTES;
      return lastTwo === LF_LF || lastTwo === CR_CR || lastBytes === CR_LF_CR_LF;
    },
  };
}
