import type { Identity } from '#api-keys/identity.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { answerBytes } from '../../http/answer.ts';
import { JSON_TYPE } from '../../http/error-form.ts';
import type { Exchange } from '../../http/exchange.ts';
import type { CurrentResponse } from './current-response.ts';
import type { FollowEvents } from './follow-events.ts';

/** Answers with a response of the caller's: as it is now, or `stream`: its events after one (-1: all), as they come. */
export type ShowResponse = (
  exchange: Exchange,
  caller: Identity,
  id: string,
  stream: { readonly after: number } | null,
) => Promise<void>;

export function createShowResponse(current: CurrentResponse, follow: FollowEvents): ShowResponse {
  return async (exchange, caller, id, stream) => {
    const { response, state } = await current(caller, id);
    if (stream === null) {
      answerBytes(exchange, 200, response.response, { 'content-type': JSON_TYPE });
      return;
    }
    if (state?.isStreamed !== true) throw new Fault(notStreamed);
    follow(exchange, caller, id, stream.after);
  };
}

const notStreamed = invalid(
  "The events of this response are not kept: only those of one that was asked for with 'background' and 'stream' are. Leave 'stream' out.",
  'stream',
);
