import type { Identity } from '#api-keys/identity.ts';
import type { StoredResponse } from '../response-store.ts';
import type { EndLost } from './end-lost.ts';
import type { RunState, RunStore } from './run-store.ts';

/** Finds a response of the caller's. Rejects with a `Fault`: `not_found`, or `model_not_allowed`. */
export type OwnResponse = (caller: Identity, id: string) => Promise<StoredResponse>;

/** The response as it is now, and what is known of its making; a response whose process is gone has ended by then. */
export type CurrentResponse = (
  caller: Identity,
  id: string,
) => Promise<{ readonly response: StoredResponse; readonly state: RunState | undefined }>;

export function createCurrentResponse(
  own: OwnResponse,
  runs: Pick<RunStore, 'state'>,
  endLost: EndLost,
): CurrentResponse {
  return async (caller, id) => {
    // Before the response: what is found to be running may have ended when it is read, and not the other way round.
    const state = await runs.state(caller.userId, id);
    const response = await own(caller, id);
    if (state === undefined || !state.isRunning || state.isAlive) return { response, state };
    await endLost(response, state);
    return { response: await own(caller, id), state: await runs.state(caller.userId, id) };
  };
}
