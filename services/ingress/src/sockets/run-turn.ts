import type { Identity } from '#api-keys/identity.ts';
import { errorTable } from '#errors/error-table.ts';
import { Fault, faultFrom } from '#errors/fault.ts';
import type { Identify } from '../access/identify.ts';
import { type Call, ownCall } from '../completions/call.ts';
import type { Calls } from '../completions/calls.ts';
import { type Completions, overloaded, repeatingSession } from '../completions/complete.ts';
import type { Once } from '../completions/complete-once.ts';
import { createForwardHeaders } from '../completions/request-options.ts';
import { type CompletionParts, runCompletion } from '../completions/run-completion.ts';
import type { ModelEndpoint } from '../endpoints/model-endpoint.ts';
import { crowdedRefusal } from '../http/answer.ts';
import type { AnswerBudget } from '../http/answer-budget.ts';
import type { BodyBudget } from '../http/body-budget.ts';
import type { Exchange } from '../http/exchange.ts';
import type { ResponseStore } from '../responses/response-store.ts';
import { frameAnswer } from './frame-answer.ts';
import type { TurnAsked } from './read-message.ts';
import { socketAudience } from './socket-audience.ts';
import type { SocketClient } from './socket-client.ts';
import { warmUp } from './warm-up.ts';

/** What turns in sockets are run with. */
export interface TurnParts {
  readonly completions: Completions;
  readonly endpoint: ModelEndpoint;
  readonly calls: Calls;
  readonly answers: AnswerBudget;
  /** For the responses that connections remember. */
  readonly remembering: BodyBudget;
  /** Whose turn it is, looked up anew: as for a request over HTTP, but for its signature. */
  readonly identifyTurn: Identify;
  /** Requests that run now. */
  readonly inFlight: () => number;
  readonly isDraining: () => boolean;
  /** Requests are signed one by one: there is nothing that signs a message. */
  readonly requiresSignatures: () => boolean;
}

/** A turn, and where it came from. */
export interface Turn {
  /** The one that opened the socket: its headers and its key are the turn's. */
  readonly exchange: Exchange;
  readonly asked: TurnAsked;
  /** Counted in the budget for bodies already. */
  readonly heldBytes: number;
  readonly client: SocketClient;
  readonly left: AbortSignal;
  readonly streamId: string | undefined;
  readonly store: Pick<ResponseStore, 'keep' | 'conversation' | 'remember'>;
}

/**
 * Runs a turn as a request of its own: with an id, an admission, a hold, a charge and a line in the log. Resolves with `shut-out` where
 * its key is not taken any more, so that nothing else of the connection will be; never rejects.
 */
export async function runTurn(parts: TurnParts, turn: Turn): Promise<'shut-out' | undefined> {
  const { completions, endpoint, calls, identifyTurn } = parts;
  const { exchange, client, streamId, left } = turn;
  const call = ownCall(exchange, { route: endpoint.path });
  call.bodyBytesHeld = turn.heldBytes;
  const { server } = endpoint.format;
  const errorEvent: typeof server.errorEvent = (refusal, requestId) => server.errorEvent(refusal, requestId);
  const answer = frameAnswer({ client, call, streamId, errorEvent });
  let isShutOut = false;
  await calls.run(call, async () => {
    try {
      assertRoom(parts);
      const identity = await callerOf(exchange);
      if (left.aborted) throw new Fault({ code: 'client_gone', message: 'The client left before its turn came.' });
      await run(turn, { call, identity, answer });
    } catch (thrown) {
      const fault = faultFrom(thrown);
      call.record.status = errorTable[fault.refusal.code].httpStatus;
      answer.fail(fault.refusal);
      throw thrown;
    }
  });
  return isShutOut ? 'shut-out' : undefined;

  async function callerOf(opener: Exchange): Promise<Identity> {
    try {
      const { requiresSignatures } = parts;
      const identity = await identifyTurn(opener);
      if (identity.key !== undefined && requiresSignatures()) throw new Fault(unsignedRefusal);
      return identity;
    } catch (thrown) {
      isShutOut = isKeyGone(faultFrom(thrown));
      throw thrown;
    }
  }

  async function run(
    { asked, store }: Turn,
    of: { readonly call: Call; readonly identity: Identity; readonly answer: typeof answer },
  ): Promise<void> {
    const { dependencies, refuseWithoutMoney } = completions;
    await refuseWithoutMoney(of.identity, asked.body.length);
    const forwardHeaders = createForwardHeaders(endpoint.format.client.forwardedHeaders);
    const turns = {
      ...completions,
      endpoint,
      forwardHeaders,
      beginTurn: completions.beginTurnIn(store),
    } satisfies CompletionParts;
    if (!asked.generates) {
      await warmUp(turns, of.call, of.answer, of.identity, asked.body);
      return;
    }
    const audience = socketAudience(of.call, of.answer, left, dependencies.config.requestTimeoutMs);
    const once = repeatingSession(completions, endpoint, exchange) === undefined ? undefined : repeated;
    await runCompletion(turns, of.call, audience, of.identity, asked.body, once);
  }
}

/** A turn of an agent, which sends it again where it breaks off: on another connection, without what this one remembers. */
const repeated: Once = {
  isRepeated: true,
  async admitted(durable) {
    await durable;
    return undefined;
  },
  kept: (frames) => frames,
};

export const unsignedRefusal = {
  code: 'key_not_allowed',
  message: 'Requests must be signed here, which a message in a socket cannot be: send them over HTTP.',
} as const;

function assertRoom({ answers, completions, inFlight, isDraining }: TurnParts): void {
  if (isDraining()) throw new Fault({ code: 'unavailable', message: 'The gateway is stopping; connect again.' });
  if (answers.isCrowded) throw new Fault(crowdedRefusal);
  // The turn itself is among them.
  if (inFlight() > completions.dependencies.config.requestsInFlightMax) throw overloaded();
}

function isKeyGone({ refusal }: Fault): boolean {
  return refusal.code === 'invalid_api_key' || refusal.code === 'key_not_allowed';
}
