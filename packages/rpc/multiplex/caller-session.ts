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
import { notAnswering, type RpcServer, wasNotBegun } from '../servers.ts';
import { grpcMethodDefinition } from '../service-definition.ts';
import { createOutbox } from './outbox.ts';
import { createRequestLimit } from './request-limit.ts';
import { CallFailure, createCall, type OpenCall, type SessionCall } from './session-call.ts';

/** A session is followed by a new one after this: one to a server that was taken out ends by itself. */
const SESSION_AGE_MAX_MS = 60_000;

export interface CallStart {
  readonly method: string;
  readonly message: Uint8Array;
  readonly timeoutMs: number | undefined;
  readonly traceparent: string | undefined;
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
  const limit = createRequestLimit();
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
  stream.on('metadata', limit.learn);
  stream.on('error', (error: ServiceError) => lose(new CallFailure(lossOf(error, address), wasNotBegun(error))));
  // A server ends a session only when it has answered every call it has begun.
  stream.on('end', () => lose(new CallFailure(notAnswering(address), true)));

  const ageing = setTimeout(retire, SESSION_AGE_MAX_MS);
  ageing.unref();

  return {
    isOpen: () => !isRetired,
    start({ method, message, timeoutMs = 0, traceparent = '' }) {
      if (isRetired) throw new CallFailure(notAnswering(address), true);
      lastCall += 1;
      const call = lastCall;
      const say = (step: NonNullable<CallerStep['step']>, messageBytes?: number): void =>
        outbox.push({ call, step }, messageBytes);
      const { open, reader } = createCall({
        onTaken: (bytes) => say({ case: 'takenBytes', value: bytes }),
        onLeave: () => {
          if (!calls.delete(call)) return;
          say({ case: 'cancel', value: {} });
          endWhenDone();
        },
      });
      calls.set(call, open);
      const value = { method, message, timeoutMs: Math.ceil(timeoutMs), traceparent };
      limit.decide(message.length, (isTaken) => {
        // One that was left meanwhile is not begun.
        if (!calls.has(call)) return;
        if (isTaken) say({ case: 'start', value }, message.length);
        else finish(call, open, tooLarge(message.length));
      });
      return reader;
    },
    retire,
  };
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

/** It fails with its size, not with the session that it would end. */
function tooLarge(bytes: number): CallFailure {
  return new CallFailure(
    new Fault({ code: 'body_too_large', message: `A request of ${bytes} bytes is too large.` }),
    false,
  );
}

/** Nobody here cancels a session: one that is cancelled was cut off at the other end. */
function lossOf(error: ServiceError, address: string): Fault {
  return error.code === status.CANCELLED ? notAnswering(address) : faultOfStatus(error, address);
}
