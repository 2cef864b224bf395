import { streams } from '#contracts/streams.ts';
import { Fault } from '#errors/fault.ts';
import type { FateOf } from '../completions/kept-frames.ts';
import { createOpenAnswer } from '../completions/open-answer.ts';
import type { ModelEndpoint } from '../endpoints/model-endpoint.ts';
import { requestFate } from '../idempotency/request-fate.ts';
import type { IngressDependencies } from '../ports.ts';
import { createAssertReadable } from './assert-readable.ts';
import { type CurrentResponse, createCurrentResponse, type OwnResponse } from './background/current-response.ts';
import { createEndLost } from './background/end-lost.ts';
import { createFollowEvents } from './background/follow-events.ts';
import { createRuns, type Runs } from './background/runs.ts';
import { createShowResponse, type ShowResponse } from './background/show-response.ts';

/** What responses are shown and ended by. */
export interface ResponseAccess {
  readonly own: OwnResponse;
  readonly current: CurrentResponse;
  readonly show: ShowResponse;
  /** The responses that this process makes in the background. */
  readonly here: Runs;
}

export function openResponseAccess(
  dependencies: Pick<IngressDependencies, 'responses' | 'runs' | 'models' | 'registry' | 'log' | 'logger'>,
  endpoint: ModelEndpoint,
): ResponseAccess {
  const { responses: store, runs, registry, log, logger } = dependencies;
  const assertReadable = createAssertReadable(dependencies);
  const own: OwnResponse = async (caller, id) => {
    const response = await store.read(caller.userId, id);
    if (response === undefined) throw new Fault(notFound(id));
    assertReadable(caller, response);
    return response;
  };
  const fateOf: FateOf = async (requestId) => requestFate(await log.readStream(streams.request(requestId)));
  const current = createCurrentResponse(own, runs, createEndLost(runs, fateOf));
  const openAnswer = createOpenAnswer(endpoint, registry);
  const show = createShowResponse(current, createFollowEvents({ runs, current, openAnswer, logger }));
  return { own, current, show, here: createRuns(runs, logger) };
}

export function notFound(id: string) {
  return {
    code: 'not_found' as const,
    message: `Response with id '${id.slice(0, 64)}' not found.`,
    param: 'response_id',
  };
}
