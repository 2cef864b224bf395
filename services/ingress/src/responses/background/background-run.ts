import { randomUUID } from 'node:crypto';
import { responseIdOf } from '#ai/formats/openai-responses/item-ids.ts';
import { writeJson } from '#ai/json/write-json.ts';
import type { Identity } from '#api-keys/identity.ts';
import type { CompleteFrame, CompletionSummary } from '#contracts/router.ts';
import type { Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import type { JsonObject } from '#kernel/json.ts';
import type { Logger } from '#telemetry/logger.ts';
import type { AnswerWriter } from '../../completions/answer-writer.ts';
import type { Audience } from '../../completions/audience.ts';
import { type Call, ownCall } from '../../completions/call.ts';
import type { ClientPresence } from '../../completions/client-presence.ts';
import type { Once } from '../../completions/complete-once.ts';
import { brokenOff, NO_HEAD } from '../../completions/kept-frames.ts';
import type { OpenAnswer } from '../../completions/open-answer.ts';
import { JSON_TYPE } from '../../http/error-form.ts';
import type { Exchange } from '../../http/exchange.ts';
import type { Execution } from '../../idempotency/execution.ts';
import type { BeginTurn, Turn } from '../conversation.ts';
import type { ResponseStore } from '../response-store.ts';
import { needsStore } from './asks-background.ts';
import { createMaking, type Making } from './making.ts';
import type { Run, RunStore } from './run-store.ts';
import type { Runs } from './runs.ts';
import { queuedResponse, type Told } from './told-response.ts';

/** What the run is named by in the log and in metrics, beside the request that began it. */
const ROUTE = '/v1/responses (background)';

const STATUS_OK = 200;

const EVENT_STREAM = 'text/event-stream; charset=utf-8';

/** A response that is made without its client: the parts of `runCompletion` that differ. */
export interface BackgroundRun {
  readonly call: Call;
  readonly audience: Audience;
  readonly once: Once;
  /** Begins the turn, and remembers it. What is made of it is kept by the run. */
  beginTurn(begin: BeginTurn): BeginTurn;
  /** Resolves with the response as it is at first, once it is stored. Rejects where the run is stopped before. */
  readonly begun: Promise<JsonObject>;
}

export interface RunParts {
  readonly exchange: Exchange;
  readonly identity: Identity;
  readonly parsedBody: JsonObject;
  readonly isStreamed: boolean;
  readonly openAnswer: OpenAnswer;
  readonly timeoutMs: number;
  readonly nowS: number;
  readonly store: RunStore;
  readonly responses: Pick<ResponseStore, 'read'>;
  readonly runs: Runs;
  readonly logger: Logger;
  /** Of an `Idempotency-Key`: keeps the response's id for whoever repeats the request. */
  readonly execution: Execution | undefined;
}

export function openRun(parts: RunParts): BackgroundRun {
  const { exchange, identity, store, responses, runs, logger, execution, timeoutMs } = parts;
  const { userId } = identity;
  const call = ownCall(exchange, { route: ROUTE, id: exchange.id, response: exchange.response });
  // Until the run is over, which may be long after the exchange.
  call.bodyBytesHeld = exchange.bodyBytesHeld;
  exchange.bodyBytesHeld = 0;
  const run: Run = { userId, id: responseIdOf(call.id), attempt: randomUUID() };
  const controller = new AbortController();
  const begun = Promise.withResolvers<JsonObject>();
  // Nobody may be waiting for it any more.
  begun.promise.catch(() => undefined);
  let stopped: Refusal | undefined;
  let turn: Turn | undefined;
  const stop = (refusal: Refusal): void => {
    stopped ??= refusal;
    controller.abort();
    begun.reject(new Fault(refusal));
  };

  let making: Making | undefined;
  let watch: Disposable | undefined;

  /** Stores the response, so that whoever was told of it finds it. */
  async function begin(): Promise<void> {
    if (turn === undefined) throw new Error('a response without its turn');
    const { previousId, conversationId, input, days, addTurn } = turn;
    const { isStreamed, parsedBody, nowS } = parts;
    const told: Told = { id: run.id, previousId, conversationId };
    const queued = queuedResponse(told, { body: parsedBody, requestId: call.id, nowS });
    await execution?.confirm();
    const response = { userId, id: run.id, previousId, input, response: writeJson(queued) };
    await store.begin(run, { response, requestId: call.id, isStreamed }, days);
    void execution?.write(Buffer.from(JSON.stringify({ id: run.id })));
    await execution?.keep({ ...NO_HEAD, status: STATUS_OK, headers: { 'content-type': JSON_TYPE } });
    const onTooLong = (): void => stop(tooLong);
    const made = createMaking({ run, told, input, queued, isStreamed, store, responses, addTurn, logger, onTooLong });
    making = made;
    watch = runs.watch({ run, leave: () => stop(endedElsewhere), flush: made.flush });
    call.record.status = STATUS_OK;
    begun.resolve(queued);
  }

  return {
    call,
    begun: begun.promise,
    audience() {
      call.stop = stop;
      const client = boundedRun(controller.signal, () => stop(late(timeoutMs)), timeoutMs);
      return { answer: parts.isStreamed ? parts.openAnswer(exchange, true) : unheard, client };
    },
    beginTurn: (beginTurn) => async (held, caller, body, parsedBody) => {
      turn = await beginTurn(held, caller, body, parsedBody);
      if (!turn.isStored) throw new Fault(needsStore);
      return { ...turn, kept: (frames) => frames };
    },
    once: {
      async admitted(durable) {
        await durable;
        // Nobody was told of the response yet.
        if (stopped === undefined && exchange.response.destroyed && execution === undefined) stop(gone);
        if (stopped !== undefined) return new Fault(stopped);
        try {
          await begin();
          return undefined;
        } catch (thrown) {
          return thrown instanceof Fault ? thrown : new Fault(notStored, { cause: thrown });
        }
      },
      async *kept(frames) {
        if (making === undefined) return;
        try {
          yield* made(frames, making, call, () => stopped);
        } finally {
          watch?.[Symbol.dispose]();
        }
      },
    },
  };
}

/** The time of a run, until it is disposed of. */
function boundedRun(signal: AbortSignal, onLate: () => void, timeoutMs: number): ClientPresence {
  const timer = setTimeout(onLate, timeoutMs);
  return { signal, [Symbol.dispose]: () => clearTimeout(timer) };
}

/** The frames of a response: its own events, in place of the provider's. */
async function* made(
  frames: AsyncIterable<CompleteFrame>,
  making: Making,
  { record }: Call,
  stopped: () => Refusal | undefined,
): AsyncGenerator<CompleteFrame, void, undefined> {
  let refusal: Refusal | undefined;
  let summary: CompletionSummary = { provider: '', model: '', inputTokens: 0, outputTokens: 0, estimated: false };
  const head = { status: STATUS_OK, contentType: EVENT_STREAM, provider: '', model: '', attempts: 0 };
  yield { kind: 'head', ...head, dropped: [], headers: {} };
  yield dataFrame(making.first());
  for await (const frame of frames) {
    if (frame.kind === 'data') {
      const text = await making.take(frame.data);
      if (text !== '') yield dataFrame(text);
    } else if (frame.kind === 'end') {
      summary = frame.summary;
    } else if (frame.kind === 'failure') {
      refusal = frame.failure;
    } else {
      summary = { ...summary, provider: frame.provider, model: frame.model };
      yield frame;
    }
  }
  const { text, response } = await making.end(stopped() ?? refusal ?? brokenOff);
  if (response['status'] !== 'completed' && response['status'] !== 'incomplete') {
    record.error ??= (stopped() ?? refusal ?? brokenOff).code;
  }
  yield dataFrame(text);
  yield { kind: 'end', summary };
}

function dataFrame(text: string): CompleteFrame {
  return { kind: 'data', data: Buffer.from(text) };
}

/** Of a response that its client asks for later. */
const unheard: AnswerWriter = {
  admitted() {},
  head() {},
  data: () => undefined,
  end() {},
  fail() {},
};

const gone: Refusal = { code: 'client_gone', message: 'The client left before its response was begun.' };

const endedElsewhere: Refusal = { code: 'client_gone', message: 'The response was cancelled or deleted.' };

const tooLong: Refusal = {
  code: 'upstream_invalid_response',
  message: 'The response, or an event of it, is longer than one in the background may be.',
};

const notStored: Refusal = {
  code: 'unavailable',
  message: 'Responses cannot be stored now, so none is made in the background. Send the request again shortly.',
  retryAfterMs: 1_000,
};

function late(timeoutMs: number): Refusal {
  return { code: 'upstream_timeout', message: `The response was not whole within ${timeoutMs} ms.` };
}
