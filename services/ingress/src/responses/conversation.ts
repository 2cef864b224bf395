import type { Identity } from '#api-keys/identity.ts';
import type { CompleteFrame } from '#contracts/router.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import type { JsonObject } from '#kernel/json.ts';
import type { Logger } from '#telemetry/logger.ts';
import { COSTLY_BODY_BYTES } from '../completions/refuse-without-money.ts';
import type { Exchange } from '../http/exchange.ts';
import { type BodyLimits, crowdedBodies } from '../http/read-body.ts';
import type { AssertReadable } from './assert-readable.ts';
import { type AddTurn, createAddTurn } from './conversations/add-turn.ts';
import type { ConversationStore } from './conversations/conversation-store.ts';
import { keepsNoConversations } from './conversations/no-conversation.ts';
import { keepResponse } from './keep-response.ts';
import type { ResponseStore } from './response-store.ts';
import { type ResumeRequest, resumeConversation } from './resume-conversation.ts';

/** As long as OpenAI keeps them. */
const KEPT_DAYS = 30;

/** A turn of a conversation that the gateway keeps. */
export interface Turn {
  /** The client's body with the turns before in it. The very same bytes where there are none. */
  readonly body: Buffer;
  /** Whether the response is to be kept, and for how many days. */
  readonly isStored: boolean;
  readonly days: number;
  readonly previousId: string | null;
  readonly conversationId: string | null;
  /** The items of this turn alone, each as JSON. */
  readonly input: readonly string[];
  /** To be told of the answer, once it is kept. */
  readonly addTurn: AddTurn;
  /** The frames of the answer, kept before its client has its end where it is to be kept, and true about that. */
  kept(frames: AsyncIterable<CompleteFrame>, isStream: boolean): AsyncIterable<CompleteFrame>;
}

/** Begins a turn. Rejects with a `Fault` that names the field. */
export type BeginTurn = (
  exchange: Pick<Exchange, 'bodyBytesHeld'>,
  caller: Identity,
  body: Buffer,
  parsedBody: JsonObject,
) => Promise<Turn>;

/** The settings that say whether responses are kept, and how long. */
interface KeepingSettings {
  readonly responsesKeptDays: number;
  readonly keepsNoResponses: boolean;
}

export function createBeginTurn(parts: {
  readonly store: Pick<ResponseStore, 'keep' | 'conversation' | 'remember'>;
  readonly conversations: Pick<ConversationStore, 'all' | 'append'>;
  readonly settings: () => KeepingSettings;
  readonly limits: BodyLimits;
  /** Waits until the process has time for a long piece of work. */
  readonly ownTurn: () => Promise<void>;
  readonly assertReadable: AssertReadable;
  readonly logger: Pick<Logger, 'warn'>;
}): BeginTurn {
  const { store, conversations, settings, limits, ownTurn, logger } = parts;
  const { bodyMaxBytes, budget } = limits;
  return async (exchange, caller, body, parsedBody) => {
    const { userId } = caller;
    const { keepsNoResponses, responsesKeptDays } = settings();
    const isStored = storedOf(parsedBody['store'], keepsNoResponses);
    // Held beside what the client sent until the exchange is over, and taken before anything is read.
    const room = async (bytes: number): Promise<void> => {
      if (!budget.reserve(bytes)) throw new Fault(crowdedBodies);
      exchange.bodyBytesHeld += bytes;
      if (bytes > COSTLY_BODY_BYTES) await ownTurn();
    };
    // What a key may not read, the answer to a next turn must not tell.
    const assertReadable: ResumeRequest['assertReadable'] = (turn, param) => parts.assertReadable(caller, turn, param);
    const request = { userId, body, parsedBody, bodyMaxBytes, room, assertReadable };
    const resumed = await resumeConversation(store, conversations, request);
    const { previousId, conversationId, input } = resumed;
    // The turn would be added to it.
    if (conversationId !== null && keepsNoResponses) throw new Fault(keepsNoConversations('conversation'));
    const days = daysKept(responsesKeptDays);
    const addTurn = createAddTurn({ conversations, userId, conversationId, input, days, logger });
    const turn = { userId, previousId, conversationId, input, isStored };
    return {
      body: resumed.body,
      ...{ isStored, days, previousId, conversationId, input, addTurn },
      kept: (frames, isStream) => keepResponse(frames, { store, turn, addTurn, isStream, days, logger }),
    };
  };
}

/** `days`: the setting's, 0 where it says nothing. */
export function daysKept(days: number): number {
  return days === 0 ? KEPT_DAYS : days;
}

/** A client that says nothing wants its response stored, as at OpenAI. */
function storedOf(store: unknown, keepsNoResponses: boolean): boolean {
  if (store !== undefined && store !== null && typeof store !== 'boolean') {
    throw new Fault(invalid("Invalid type for 'store': expected a boolean.", 'store'));
  }
  if (store === true && keepsNoResponses) {
    throw new Fault(
      invalid("This gateway keeps no responses: send 'store': false, and the whole conversation.", 'store'),
    );
  }
  return store !== false && !keepsNoResponses;
}
