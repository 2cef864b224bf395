import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import type { Identify } from '../../access/identify.ts';
import { answerBytes } from '../../http/answer.ts';
import { JSON_TYPE } from '../../http/error-form.ts';
import type { Handler } from '../../http/exchange.ts';
import type { CurrentResponse } from './current-response.ts';
import { ended } from './end-lost.ts';
import type { RunStore } from './run-store.ts';
import type { Runs } from './runs.ts';
import { cancelledResponse } from './told-response.ts';

/**
 * `POST /v1/responses/{id}/cancel`, at any ingress. Whatever ends a response first has ended it: one that is whole stays whole, and
 * is shown. What a cancelled one had used is charged, as of a client that left.
 */
export function cancelHandler(
  identify: Identify,
  current: CurrentResponse,
  { runs, here }: { readonly runs: Pick<RunStore, 'end'>; readonly here: Pick<Runs, 'ended'> },
): Handler {
  return async (exchange, { id = '' }) => {
    const caller = await identify(exchange);
    const { response, state } = await current(caller, id);
    if (state === undefined) throw new Fault(notBackground);
    if (state.isRunning && (await runs.end(response, ended(response, cancelledResponse)))) {
      here.ended(caller.userId, id);
    }
    const { response: now } = state.isRunning ? await current(caller, id) : { response };
    answerBytes(exchange, 200, now.response, { 'content-type': JSON_TYPE });
  };
}

const notBackground = invalid(
  'Only a response that is made in the background can be cancelled: close the connection of another one.',
  'response_id',
);
