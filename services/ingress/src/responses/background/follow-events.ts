import { setTimeout as pause } from 'node:timers/promises';
import { parseObjectKeptDigits } from '#ai/json/parse-kept-digits.ts';
import type { Identity } from '#api-keys/identity.ts';
import type { Refusal } from '#errors/error-table.ts';
import { Fault, faultFrom } from '#errors/fault.ts';
import type { Logger } from '#telemetry/logger.ts';
import type { AnswerWriter } from '../../completions/answer-writer.ts';
import type { OpenAnswer } from '../../completions/open-answer.ts';
import type { Exchange } from '../../http/exchange.ts';
import type { CurrentResponse } from './current-response.ts';
import { eventText, hasTerminal, terminalType, textAfter } from './run-events.ts';
import type { RunState, RunStore } from './run-store.ts';

/** Between two looks for events that another process, or this one, has written: they are written once a second. */
const LOOK_MS = 500;

/** Clients that follow at once in one process: each looks into the database twice a second. */
const FOLLOWERS_MAX = 500;

const HEAD = { kind: 'head', status: 200, contentType: 'text/event-stream; charset=utf-8' } as const;

/** Streams the kept events of a response after one of them, and goes on as long as it is made. Throws a `Fault`, or answers. */
export type FollowEvents = (exchange: Exchange, caller: Identity, id: string, after: number) => void;

export function createFollowEvents(parts: {
  readonly runs: RunStore;
  readonly current: CurrentResponse;
  readonly openAnswer: OpenAnswer;
  readonly logger: Pick<Logger, 'error'>;
}): FollowEvents {
  const { runs, current, openAnswer, logger } = parts;
  let followers = 0;

  /** The event that a response ends with which another has ended than its run; empty: its stream has one. */
  async function missingEnd(caller: Identity, id: string, after: number): Promise<string> {
    const last = await runs.lastEvents(caller.userId, id);
    if (last !== undefined && hasTerminal(last)) return '';
    const next = (last?.lastSeq ?? -1) + 1;
    // The client has it, or an event that was not written before its process was gone.
    if (after === next) return '';
    const sequenceNumber = Math.max(next, after + 1);
    const { response } = await current(caller, id);
    const document = parseObjectKeptDigits(response.response) ?? {};
    return eventText(terminalType(document), sequenceNumber, { response: document });
  }

  /** A look without the response itself, which may be long, and which `current` has found to be the caller's. */
  async function stateNow(caller: Identity, id: string): Promise<RunState | undefined> {
    const state = await runs.state(caller.userId, id);
    return state === undefined || (state.isRunning && !state.isAlive) ? (await current(caller, id)).state : state;
  }

  async function write({ response }: Exchange, writer: AnswerWriter, caller: Identity, id: string, after: number) {
    const { userId } = caller;
    let seq = after;
    const say = async (text: string): Promise<void> => {
      const room = text === '' ? undefined : writer.data(Buffer.from(text));
      if (room !== undefined) await room;
    };
    while (!response.destroyed) {
      // Before the events: none comes after the end.
      const state = await stateNow(caller, id);
      if (state?.isStreamed !== true) throw new Fault(tooLong);
      for (
        let piece = await runs.eventsAfter(userId, id, seq);
        piece;
        piece = await runs.eventsAfter(userId, id, seq)
      ) {
        await say(textAfter(piece, seq));
        seq = piece.lastSeq;
      }
      if (!state.isRunning) {
        await say(await missingEnd(caller, id, seq));
        writer.end();
        return;
      }
      await pause(LOOK_MS);
    }
  }

  return (exchange, caller, id, after) => {
    if (followers >= FOLLOWERS_MAX) throw new Fault(crowded);
    followers += 1;
    exchange.record.stream = true;
    const writer = openAnswer(exchange, true);
    writer.admitted();
    writer.head({ ...HEAD, provider: '', model: '', attempts: 0, dropped: [], headers: {} });
    // The handler is over: the stream lasts as long as its client stays.
    void write(exchange, writer, caller, id, after)
      .catch((thrown: unknown) => {
        const fault = faultFrom(thrown);
        if (fault.cause !== undefined) logger.error({ requestId: exchange.id, err: fault }, 'a stream broke off');
        writer.fail(fault.refusal);
      })
      .finally(() => {
        followers -= 1;
      });
  };
}

const crowded: Refusal = {
  code: 'unavailable',
  message: 'As many clients as the gateway takes follow responses in the background; try again shortly.',
  retryAfterMs: 1_000,
};

const tooLong: Refusal = {
  code: 'upstream_cut',
  message: 'The stream of this response is too long to be kept: ask for the response without it.',
};
