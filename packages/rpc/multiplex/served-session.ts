import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import {
  type CallerStep,
  type OpenRequest,
  type OpenResponse,
  OpenResponseSchema,
  type ServerStepSchema,
  type Start,
} from '#contracts/gen/gateway/rpc/v1/multiplex_pb.js';
import { Fault, faultFrom } from '#errors/fault.ts';
import { CALLER_LOST, GATEWAY_STOPS } from '#kernel/cut-by-gateway.ts';
import { RESPONSE_MAX_BYTES } from '../limits.ts';
import type { CallGuards, StreamingMethod } from '../served-service.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { createWindow, type Window } from './window.ts';

/** The transport would refuse a larger message, and end all calls of the session with it. */
const MESSAGE_MAX_BYTES = RESPONSE_MAX_BYTES - 1024;

export type SessionStream = ServerDuplexStream<OpenRequest, OpenResponse>;
type ServerStep = MessageInitShape<typeof ServerStepSchema>;

/** A running call. */
interface Run {
  readonly window: Window;
  /** `reason`: as in `cutByGateway`; absent: the caller does not wait any more. */
  readonly leave: (reason?: unknown) => void;
}

/** The calls of one caller, and the way back to it. */
interface ServedSession {
  readonly methods: ReadonlyMap<string, StreamingMethod>;
  readonly guards: CallGuards;
  readonly outbox: Outbox<ServerStep>;
  readonly runs: Map<number, Run>;
  /** This process begins no more calls. */
  isClosing: boolean;
  /** The caller begins no more calls. */
  isCallerDone: boolean;
}

/** Serves one caller's calls until they are over and no more can come. Returns a function that lets no more come. */
export function serveSession(
  stream: SessionStream,
  methods: ReadonlyMap<string, StreamingMethod>,
  guards: CallGuards,
  onEnd: () => void,
): () => void {
  const outbox = createOutbox<ServerStep>({
    write: (steps) => stream.write(create(OpenResponseSchema, { steps })),
    end: () => stream.end(),
  });
  const session: ServedSession = { methods, guards, outbox, runs: new Map(), isClosing: false, isCallerDone: false };

  function abandon(): void {
    onEnd();
    outbox.drop();
    for (const { leave } of session.runs.values()) leave(CALLER_LOST);
  }

  stream.on('data', ({ steps }: OpenRequest) => {
    for (const step of steps) take(session, step);
    // Otherwise a caller that asks and reads no answers would fill the memory.
    if (outbox.isBehind()) stream.pause();
  });
  stream.on('drain', () => {
    outbox.drained();
    if (!outbox.isBehind()) stream.resume();
  });
  stream.on('end', () => {
    session.isCallerDone = true;
    endWhenDone(session);
  });
  stream.on('cancelled', abandon);
  stream.on('error', abandon);
  stream.on('finish', onEnd);

  return () => {
    session.isClosing = true;
    outbox.push({ call: 0, step: { case: 'closing', value: {} } });
    endWhenDone(session);
  };
}

function take(session: ServedSession, { call, step }: CallerStep): void {
  switch (step.case) {
    case 'start':
      begin(session, call, step.value);
      break;
    case 'cancel':
      session.runs.get(call)?.leave(step.value.isStopping ? GATEWAY_STOPS : undefined);
      break;
    case 'takenBytes':
      session.runs.get(call)?.window.taken(step.value);
      break;
    default:
    // A newer caller may send steps that this version does not know.
  }
}

function begin(session: ServedSession, call: number, start: Start): void {
  const method = session.methods.get(start.method);
  if (session.isClosing || !session.guards.isServing()) {
    fail(session, call, new Fault({ code: 'unavailable', message: 'This process begins no more calls.' }), true);
  } else if (method === undefined) {
    const message = `${start.method} cannot be called here.`;
    fail(session, call, new Fault({ code: 'method_not_allowed', message }), true);
  } else if (session.runs.has(call)) {
    fail(session, call, new Fault({ code: 'invalid_request', message: 'A call of that number runs already.' }), false);
  } else {
    void run(session, call, start, method);
  }
}

async function run(
  session: ServedSession,
  call: number,
  start: Start,
  { input, output, handler }: StreamingMethod,
): Promise<void> {
  const { outbox, runs } = session;
  const leaving = new AbortController();
  const { signal } = leaving;
  const window = createWindow();
  const leave = (reason?: unknown): void => {
    leaving.abort(reason);
    window.close();
  };
  const timer = start.timeoutMs === 0 ? undefined : setTimeout(() => leave(), start.timeoutMs);
  runs.set(call, { window, leave });
  try {
    const traceparent = start.traceparent === '' ? undefined : start.traceparent;
    for await (const answer of handler(fromBinary(input, start.message), { signal, traceparent })) {
      if (signal.aborted) return;
      const message = toBinary(output, create(output, answer));
      if (message.length > MESSAGE_MAX_BYTES)
        throw new Error(`a message of ${message.length} bytes would end the session`);
      window.sent(message.length);
      outbox.push({ call, step: { case: 'message', value: message } }, message.length);
      await window.room();
    }
    outbox.push({ call, step: { case: 'end', value: {} } });
  } catch (thrown) {
    if (signal.aborted) return;
    session.guards.onFailure(start.method, thrown);
    fail(session, call, faultFrom(thrown), false);
  } finally {
    clearTimeout(timer);
    runs.delete(call);
    endWhenDone(session);
  }
}

function fail({ outbox }: ServedSession, call: number, { refusal }: Fault, isNotBegun: boolean): void {
  const { code, message, param = '', retryAfterMs = 0 } = refusal;
  const value = { code, message, param, retryAfterMs: Math.ceil(retryAfterMs), isNotBegun };
  outbox.push({ call, step: { case: 'failure', value } }, message.length);
}

function endWhenDone({ runs, isClosing, isCallerDone, outbox }: ServedSession): void {
  if (runs.size === 0 && (isClosing || isCallerDone)) outbox.end();
}
