import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type ClientDuplexStream, type Metadata, type ServiceError, status } from '@grpc/grpc-js';
import {
  type CallerStepSchema,
  type Failure,
  MultiplexService,
  type OpenRequest,
  OpenRequestSchema,
  type OpenResponse,
  type ServerStep,
} from '#contracts/gen/gateway/rpc/v1/multiplex_pb.js';
import { isErrorCode } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { faultOfStatus } from '../fault-status.ts';
import { type RpcServer, wasNotBegun } from '../servers.ts';
import { grpcMethodDefinition } from '../service-definition.ts';
import { createOutbox } from './outbox.ts';
import { WINDOW_BYTES } from './window.ts';

/** A session is followed by a new one after this: one to a server that was taken out ends by itself. */
const SESSION_AGE_MAX_MS = 60_000;

/** Of a step besides its message. */
const STEP_BYTES = 64;

/** A call failed. */
export class CallFailure extends Error {
  override readonly name = 'CallFailure';
  readonly fault: Fault;
  /** Certainly nothing of it was done: another server may have it. */
  readonly isNotBegun: boolean;

  constructor(fault: Fault, isNotBegun: boolean) {
    super(fault.message);
    this.fault = fault;
    this.isNotBegun = isNotBegun;
  }
}

export interface CallStart {
  readonly method: string;
  readonly message: Uint8Array;
  readonly timeoutMs: number | undefined;
  readonly traceparent: string | undefined;
}

/** One call of a session. */
export interface SessionCall {
  /** The next message; undefined: the call has ended well. Rejects with a `CallFailure`. One at a time. */
  next(): Promise<Uint8Array | undefined>;
  /** Nobody reads any more; the server is told where it still works. `next` then rejects with the fault. */
  leave(why: () => Fault): void;
}

/** Calls over one stream to one server. */
export interface CallerSession {
  /** Whether another call may be started. */
  isOpen(): boolean;
  start(start: CallStart): SessionCall;
  /** Starts nothing more; ends when its calls have. */
  retire(): void;
}

type CallerStep = MessageInitShape<typeof CallerStepSchema>;

/** A call as its session sees it. */
interface OpenCall {
  arrived(message: Uint8Array): void;
  ended(failure: CallFailure | undefined): void;
}

/** What becomes of a session. */
export interface SessionEvents {
  /** No more calls are started in it. */
  readonly onRetire: () => void;
  /** The server says that it begins no more calls, in this session or another. */
  readonly onClosing: () => void;
}

export function openSession({ client, address }: RpcServer, metadata: Metadata, events: SessionEvents): CallerSession {
  const { path, requestSerialize, responseDeserialize } = grpcMethodDefinition(MultiplexService.method.open);
  const stream = client.makeBidiStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    metadata,
  ) as unknown as ClientDuplexStream<OpenRequest, OpenResponse>;
  const calls = new Map<number, OpenCall>();
  let lastCall = 0;
  let isRetired = false;
  const outbox = createOutbox<CallerStep>({
    write: (steps) => stream.write(create(OpenRequestSchema, { steps })),
    end: () => stream.end(),
  });

  function take({ call, step }: ServerStep): void {
    if (step.case === 'closing') {
      events.onClosing();
      retire();
    }
    const open = calls.get(call);
    // One that was left says a last word or two.
    if (open === undefined) return;
    if (step.case === 'message') open.arrived(step.value);
    else if (step.case === 'end') finish(call, open, undefined);
    else if (step.case === 'failure') finish(call, open, failureOf(step.value));
  }

  function finish(call: number, open: OpenCall, failure: CallFailure | undefined): void {
    calls.delete(call);
    open.ended(failure);
    endWhenDone();
  }

  function retire(): void {
    clearTimeout(ageing);
    isRetired = true;
    events.onRetire();
    endWhenDone();
  }

  function endWhenDone(): void {
    if (isRetired && calls.size === 0) outbox.end();
  }

  /** The stream is over: whatever the server had begun, it has lost with it. */
  function lose(failure: CallFailure): void {
    retire();
    outbox.drop();
    const lost = [...calls.values()];
    calls.clear();
    for (const open of lost) open.ended(failure);
  }

  stream.on('data', ({ steps }: OpenResponse) => {
    for (const step of steps) take(step);
  });
  stream.on('drain', outbox.drained);
  stream.on('error', (error: ServiceError) => lose(new CallFailure(lossOf(error, address), wasNotBegun(error))));
  // A server ends a session only when it has answered every call it has begun.
  stream.on('end', () => lose(new CallFailure(notAnswering(address), true)));

  const ageing = setTimeout(retire, SESSION_AGE_MAX_MS);
  ageing.unref();

  return {
    isOpen: () => !isRetired,
    start({ method, message, timeoutMs = 0, traceparent = '' }) {
      lastCall += 1;
      const call = lastCall;
      const say = (step: NonNullable<CallerStep['step']>, bytes = 0): void =>
        outbox.push({ call, step }, bytes + STEP_BYTES);
      const { open, reader } = createCall({
        onTaken: (bytes) => say({ case: 'takenBytes', value: bytes }),
        onLeave: () => {
          if (!calls.delete(call)) return;
          say({ case: 'cancel', value: {} });
          endWhenDone();
        },
      });
      calls.set(call, open);
      say({ case: 'start', value: { method, message, timeoutMs: Math.ceil(timeoutMs), traceparent } }, message.length);
      return reader;
    },
    retire,
  };
}

/** A call between its session, which brings messages, and its reader, who takes them. */
function createCall(told: { readonly onTaken: (bytes: number) => void; readonly onLeave: () => void }): {
  readonly open: OpenCall;
  readonly reader: SessionCall;
} {
  const messages: Uint8Array[] = [];
  let takenBytes = 0;
  let isOver = false;
  let failure: CallFailure | undefined;
  let waiting: PromiseWithResolvers<Uint8Array | undefined> | undefined;

  function end(outcome: CallFailure | undefined): void {
    if (isOver) return;
    isOver = true;
    failure = outcome;
    if (failure === undefined) waiting?.resolve(undefined);
    else waiting?.reject(failure);
    waiting = undefined;
  }

  /** What is on its way to a reader counts as taken: it waits for the next. */
  function noteTaken(bytes: number): void {
    takenBytes += bytes;
    if (isOver || takenBytes < WINDOW_BYTES / 2) return;
    told.onTaken(takenBytes);
    takenBytes = 0;
  }

  const open: OpenCall = {
    arrived(message) {
      if (isOver) return;
      if (waiting === undefined) {
        messages.push(message);
        return;
      }
      noteTaken(message.length);
      waiting.resolve(message);
      waiting = undefined;
    },
    ended: end,
  };
  const reader: SessionCall = {
    next() {
      const message = messages.shift();
      if (message !== undefined) {
        noteTaken(message.length);
        return Promise.resolve(message);
      }
      if (isOver) return failure === undefined ? Promise.resolve(undefined) : Promise.reject(failure);
      waiting = Promise.withResolvers();
      return waiting.promise;
    },
    leave(why) {
      if (isOver) return;
      told.onLeave();
      messages.length = 0;
      end(new CallFailure(why(), false));
    },
  };
  return { open, reader };
}

function failureOf({ code, message, param, retryAfterMs, isNotBegun }: Failure): CallFailure {
  const fault = new Fault({
    code: isErrorCode(code) ? code : 'internal_error',
    message,
    ...(param === '' ? {} : { param }),
    ...(retryAfterMs === 0 ? {} : { retryAfterMs }),
  });
  return new CallFailure(fault, isNotBegun);
}

/** Nobody here cancels a session: one that is cancelled was cut off at the other end. */
function lossOf(error: ServiceError, address: string): Fault {
  return error.code === status.CANCELLED ? notAnswering(address) : faultOfStatus(error, address);
}

function notAnswering(address: string): Fault {
  return new Fault({ code: 'unavailable', message: `${address} does not answer.` });
}
