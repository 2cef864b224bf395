import { openAiErrorBody } from '#ai/formats/openai-chat/error-body.ts';
import type { Exchange } from '../http/exchange.ts';
import type { AnswerWriter } from './answer-writer.ts';
import { passOn } from './pass-on.ts';

const LINE_FEED = 0x0a;

/** A comment of server-sent events. Every reader of them skips it. */
const COMMENT = ': \n\n';

/** Writes a completion as server-sent events, as they come. */
export function streamAnswer(exchange: Exchange): AnswerWriter {
  const { response } = exchange;
  let lastBytes: readonly [number, number] = [LINE_FEED, LINE_FEED];
  const isBetweenLines = (): boolean => lastBytes[1] === LINE_FEED;
  const answer = passOn(exchange, (refusal) => {
    const event = `data: ${JSON.stringify(openAiErrorBody(refusal))}\n\n`;
    return isBetweenLines() ? event : `\n\n${event}`;
  });
  return {
    head(frame) {
      const hasBegun = answer.begin(frame.status, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache',
        // nginx holds an answer back otherwise.
        'x-accel-buffering': 'no',
      });
      if (!hasBegun) return;
      // The client's SDK resolves with the head; the first event may be seconds away.
      response.flushHeaders();
      exchange.probe = () => {
        // Within an event the rest of it comes at once, and shows as well whether anyone is there.
        if (response.destroyed || response.writableEnded) return;
        if (isBetweenLines() && lastBytes[0] === LINE_FEED) response.write(COMMENT);
      };
    },
    data(data) {
      lastBytes = [data.at(-2) ?? lastBytes[1], data.at(-1) ?? lastBytes[1]];
      return answer.data(data);
    },
    end: answer.end,
    fail: answer.fail,
  };
}
