import { setTimeout as pause } from 'node:timers/promises';
import { create, type DescMessage, type DescMethod, type Message, type MessageInitShape } from '@bufbuild/protobuf';
import { Fault } from '#errors/fault.ts';
import type { RpcCallOptions } from '../call-options.ts';
import type { RpcServers } from '../servers.ts';
import { isRepeatable } from '../service-definition.ts';
import { callOverSession, gone, late } from './call-over-session.ts';
import { deadlineAfter } from './deadline.ts';
import { CallFailure } from './session-call.ts';
import type { Sessions } from './sessions.ts';

/** The pause between two rounds over all servers in which no server began the call. */
const ROUND_PAUSE_MS = 50;

/**
 * A streaming method whose calls share a stream to each server. A call that no server has begun is offered to the next
 * one. If no server begins it, all are asked again until `patienceMs` or the call is over.
 */
export function multiplexedMethod(servers: RpcServers, sessions: Sessions, method: DescMethod, patienceMs: number) {
  return async function* (
    request: MessageInitShape<DescMessage>,
    options: RpcCallOptions = {},
  ): AsyncGenerator<Message, void, undefined> {
    const message = create(method.input, request);
    const { signal, timeoutMs } = options;
    const deadline = deadlineAfter(timeoutMs);
    const endMs = patienceMs === 0 ? 0 : performance.now() + patienceMs;
    for (;;) {
      let failure: CallFailure | undefined;
      for (const server of await servers.inOrder()) {
        const found = sessions.of(server);
        const session = found instanceof Promise ? await found : found;
        if (signal?.aborted) throw gone();
        if (deadline.isOver()) throw late();
        if (session === undefined) continue;
        let isAnswered = false;
        try {
          for await (const answer of callOverSession(session, method, message, deadline, options)) {
            isAnswered = true;
            yield answer;
          }
          servers.prefer(server);
          return;
        } catch (thrown) {
          if (!(thrown instanceof CallFailure)) throw thrown;
          if (isAnswered || signal?.aborted === true || !mayGoOn(thrown, method)) throw thrown.fault;
          failure = thrown;
        }
      }
      failure ??= allStop();
      if (!failure.isNotBegun || performance.now() >= endMs) throw failure.fault;
      await pause(ROUND_PAUSE_MS, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    }
  };
}

/** Whether another server may be asked after this failure. */
function mayGoOn({ isNotBegun, fault }: CallFailure, method: DescMethod): boolean {
  return isNotBegun || (fault.code === 'unavailable' && isRepeatable(method));
}

function allStop(): CallFailure {
  return new CallFailure(new Fault({ code: 'unavailable', message: 'No server begins calls now.' }), true);
}
