import type { EventEmitter } from 'node:events';
import { once } from 'node:events';
import {
  create,
  type DescMessage,
  type DescService,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import type {
  handleServerStreamingCall,
  handleUnaryCall,
  Metadata,
  ServerWritableStream,
  ServiceDefinition,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { AdminCaller } from '#contracts/admin.ts';
import { callerIn } from './caller.ts';
import { statusOfFault } from './fault-status.ts';
import { grpcServiceDefinition } from './service-definition.ts';
import { standbyStatus } from './standby.ts';

/** What a handler knows about the call besides its request. */
export interface CallContext {
  /** Aborts when the caller has gone or its deadline has passed. */
  readonly signal: AbortSignal;
  /** The step of a trace that the call belongs to; undefined if the call is not traced. */
  readonly traceparent: string | undefined;
  /** On whose behalf the call is made, as far as its token proves it; absent of calls over a session. */
  readonly caller?: AdminCaller | undefined;
}

/** A function for each method of a service. Unary methods return a promise, streaming ones an iterable. */
export type ServiceHandlers<S extends DescService> = { readonly [K in keyof S['method']]: Handler<S['method'][K]> };

/** A service ready to be served. */
export interface ServedService {
  readonly name: string;
  readonly descriptor: DescService;
  readonly definition: ServiceDefinition;
  readonly implementation: (guards: CallGuards) => UntypedServiceImplementation;
  /** Its streaming methods by their full names (`gateway.router.v1.RouterService/Complete`). */
  readonly streaming: ReadonlyMap<string, StreamingMethod>;
}

/** A streaming method, for the multiplexer that carries its calls. */
export interface StreamingMethod {
  readonly input: DescMessage;
  readonly output: DescMessage;
  readonly handler: StreamingHandler;
}

/** Hooks of a server around every call of a service. */
export interface CallGuards {
  /** Whether calls of the service are taken. If not, another process leads the service. */
  readonly isServing: () => boolean;
  /** Called for each unary call. The returned function is called at the call's end. */
  readonly onBegin: () => () => void;
  /** Called with everything that a handler throws. */
  readonly onFailure: (method: string, thrown: unknown) => void;
}

/** Joins a generated service with its handlers. A handler's faults become statuses. Client streaming is not served. */
export function servedService<S extends DescService>(service: S, handlers: ServiceHandlers<S>): ServedService {
  const untyped: { readonly [name: string]: unknown } = handlers;
  const streaming = new Map<string, StreamingMethod>();
  for (const { methodKind, input, output, localName, name } of service.methods) {
    if (methodKind !== 'server_streaming') continue;
    streaming.set(`${service.typeName}/${name}`, { input, output, handler: untyped[localName] as StreamingHandler });
  }
  return {
    streaming,
    name: service.typeName,
    descriptor: service,
    definition: grpcServiceDefinition(service),
    implementation: (guards) => {
      const implementation: UntypedServiceImplementation = {};
      for (const method of service.methods) {
        const name = `${service.typeName}/${method.name}`;
        const handler = untyped[method.localName];
        implementation[method.localName] =
          method.methodKind === 'unary'
            ? unaryCall(name, method.output, handler as UnaryHandler, guards)
            : streamingCall(name, method.output, handler as StreamingHandler, guards);
      }
      return implementation;
    },
  };
}

type Handler<M> = M extends {
  methodKind: 'unary';
  input: infer I extends DescMessage;
  output: infer O extends DescMessage;
}
  ? (request: MessageShape<I>, context: CallContext) => Promise<MessageInitShape<O>>
  : M extends {
        methodKind: 'server_streaming';
        input: infer I extends DescMessage;
        output: infer O extends DescMessage;
      }
    ? (request: MessageShape<I>, context: CallContext) => AsyncIterable<MessageInitShape<O>>
    : never;

type UnaryHandler = (request: unknown, context: CallContext) => Promise<MessageInitShape<DescMessage>>;
type StreamingHandler = (request: unknown, context: CallContext) => AsyncIterable<MessageInitShape<DescMessage>>;

function unaryCall(
  name: string,
  output: DescMessage,
  handler: UnaryHandler,
  guards: CallGuards,
): handleUnaryCall<unknown, unknown> {
  return async (call, callback) => {
    if (!guards.isServing()) return callback(standbyStatus());
    const end = guards.onBegin();
    try {
      const answer = await handler(call.request, {
        signal: cancellation(call),
        traceparent: traceparentOf(call.metadata),
        caller: callerIn(call.metadata),
      });
      callback(null, create(output, answer));
    } catch (thrown) {
      guards.onFailure(name, thrown);
      callback(statusOfFault(thrown));
    } finally {
      end();
    }
  };
}

function streamingCall(
  name: string,
  output: DescMessage,
  handler: StreamingHandler,
  guards: CallGuards,
): handleServerStreamingCall<unknown, unknown> {
  return async (call) => {
    const signal = cancellation(call);
    try {
      if (!guards.isServing()) return void call.emit('error', standbyStatus());
      const { metadata } = call;
      const context = { signal, traceparent: traceparentOf(metadata), caller: callerIn(metadata) };
      for await (const answer of handler(call.request, context)) {
        if (!call.write(create(output, answer))) await drained(call, signal);
        if (signal.aborted) return;
      }
      call.end();
    } catch (thrown) {
      if (signal.aborted) return;
      guards.onFailure(name, thrown);
      call.emit('error', statusOfFault(thrown));
    }
  };
}

function traceparentOf(metadata: Metadata): string | undefined {
  const [traceparent] = metadata.get('traceparent');
  return typeof traceparent === 'string' ? traceparent : undefined;
}

function cancellation(call: EventEmitter & { readonly cancelled: boolean }): AbortSignal {
  const controller = new AbortController();
  if (call.cancelled) controller.abort();
  else call.once('cancelled', () => controller.abort());
  return controller.signal;
}

/** Waits until a slow reader has taken the buffered messages, so that memory never holds a long answer whole. */
async function drained(call: ServerWritableStream<unknown, unknown>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await once(call, 'drain', { signal });
}
