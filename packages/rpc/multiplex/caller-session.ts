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
import { createOutbox, type Outbox } from './outbox.ts';
import { createRequestLimit, type RequestLimit } from './request-limit.ts';
import { CallFailure, createCall, type OpenCall, type SessionCall } from './session-call.ts';

/** A new session follows a session after this time, so that a session to a server that was taken out ends. */
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
  /** Starts no more calls, and ends when its calls have ended. */
  retire(): void;
}

type CallerStep = MessageInitShape<typeof CallerStepSchema>;

/** Called with the changes of a session. */
export interface SessionEvents {
  /** No more calls are started in the session. */
  readonly onRetire: () => void;
  /** The server says that it begins no more calls, in this session or another. */
  readonly onClosing: () => void;
}

/** The stream of a session, and its calls. */
interface Session {
  readonly address: string;
  readonly events: SessionEvents;
  readonly outbox: Outbox<CallerStep>;
  readonly limit: RequestLimit;
  readonly calls: Map<number, OpenCall>;
  /** Retires the session. A new one follows it. */
  readonly ageing: NodeJS.Timeout;
  lastCall: number;
  isRetired: boolean;
}

export function openSession(server: RpcServer, metadata: Metadata, events: SessionEvents): CallerSession {
  const { address } = server;
  const stream = openStream(server, metadata);
  const session: Session = {
    address,
    events,
    outbox: createOutbox<CallerStep>({
      write: (steps) => stream.write(create(OpenRequestSchema, { steps })),
      end: () => stream.end(),
    }),
    limit: createRequestLimit(),
    calls: new Map(),
    ageing: setTimeout(() => retire(session), SESSION_AGE_MAX_MS).unref(),
    lastCall: 0,
    isRetired: false,
  };

  stream.on('data', ({ steps }: OpenResponse) => {
    for (const step of steps) take(session, step);
  });
  stream.on('drain', session.outbox.drained);
  stream.on('metadata', session.limit.learn);
  stream.on('error', (error: ServiceError) =>
    lose(session, new CallFailure(lossOf(error, address), wasNotBegun(error))),
  );
  // A server ends a session only after it has answered every call that it has begun.
  stream.on('end', () => lose(session, new CallFailure(notAnswering(address), true)));

  return {
    isOpen: () => !session.isRetired,
    start: (call) => start(session, call),
    retire: () => retire(session),
  };
}

function openStream({ client }: RpcServer, metadata: Metadata): ClientDuplexStream<OpenRequest, OpenResponse> {
  const { path, requestSerialize, responseDeserialize } = grpcMethodDefinition(MultiplexService.method.open);
  return client.makeBidiStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    metadata,
  ) as unknown as ClientDuplexStream<OpenRequest, OpenResponse>;
}

function start(session: Session, { method, message, timeoutMs = 0, traceparent = '' }: CallStart): SessionCall {
  const { calls, outbox, limit } = session;
  if (session.isRetired) throw new CallFailure(notAnswering(session.address), true);
  session.lastCall += 1;
  const call = session.lastCall;
  const say = (step: NonNullable<CallerStep['step']>, messageBytes?: number): void =>
    outbox.push({ call, step }, messageBytes);
  const { open, reader } = createCall({
    onTaken: (bytes) => say({ case: 'takenBytes', value: bytes }),
    onLeave: (isStopping) => {
      if (!calls.delete(call)) return;
      say({ case: 'cancel', value: { isStopping } });
      endWhenDone(session);
    },
  });
  calls.set(call, open);
  const value = { method, message, timeoutMs: Math.ceil(timeoutMs), traceparent };
  limit.decide(message.length, (isTaken) => {
    // A call that its reader left meanwhile is not begun.
    if (!calls.has(call)) return;
    if (isTaken) say({ case: 'start', value }, message.length);
    else finish(session, call, open, tooLarge(message.length));
  });
  return reader;
}

function take(session: Session, { call, step }: ServerStep): void {
  if (step.case === 'closing') {
    session.events.onClosing();
    retire(session);
  }
  const open = session.calls.get(call);
  // The server may still send steps of a call we cancelled. Ignore them.
  if (open === undefined) return;
  if (step.case === 'message') open.arrived(step.value);
  else if (step.case === 'end') finish(session, call, open, undefined);
  else if (step.case === 'failure') finish(session, call, open, failureOf(step.value));
}

function finish(session: Session, call: number, open: OpenCall, failure: CallFailure | undefined): void {
  session.calls.delete(call);
  open.ended(failure);
  endWhenDone(session);
}

function retire(session: Session): void {
  clearTimeout(session.ageing);
  session.isRetired = true;
  session.events.onRetire();
  endWhenDone(session);
}

function endWhenDone({ isRetired, calls, outbox }: Session): void {
  if (isRetired && calls.size === 0) outbox.end();
}

/** The stream is over. The calls that the server had begun are lost. */
function lose(session: Session, failure: CallFailure): void {
  retire(session);
  session.outbox.drop();
  const lost = [...session.calls.values()];
  session.calls.clear();
  for (const open of lost) open.ended(failure);
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

/** Fails a call for its size. Otherwise the call would end the whole session. */
function tooLarge(bytes: number): CallFailure {
  return new CallFailure(
    new Fault({ code: 'body_too_large', message: `A request of ${bytes} bytes is too large.` }),
    false,
  );
}

/** This side never cancels a session, so a cancelled session was cut off by the other side. */
function lossOf(error: ServiceError, address: string): Fault {
  return error.code === status.CANCELLED ? notAnswering(address) : faultOfStatus(error, address);
}
