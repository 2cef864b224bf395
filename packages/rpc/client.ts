import {
  create,
  type DescMessage,
  type DescMethod,
  type DescService,
  type Message,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import { type CallOptions, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { Fault } from '#errors/fault.ts';
import { setBearerToken } from './bearer-token.ts';
import type { RpcCallOptions } from './call-options.ts';
import { setCaller } from './caller.ts';
import { faultOfStatus } from './fault-status.ts';
import { CALL_TIMEOUT_MS } from './limits.ts';
import { multiplexedMethod } from './multiplex/multiplexed-method.ts';
import { createSessions } from './multiplex/sessions.ts';
import type { RpcPeer } from './rpc-peer.ts';
import { notAnswering, openServers, type RpcServer, type RpcServers, wasNotBegun } from './servers.ts';
import { grpcMethodDefinition, isRepeatable } from './service-definition.ts';

/**
 * A typed client of a service: unary methods return a promise, server-streaming ones an iterable. Failures are
 * `Fault`s.
 */
export type RpcCalls<S extends DescService> = { readonly [K in keyof S['method']]: Call<S['method'][K]> };

export interface RpcClient<S extends DescService> {
  readonly calls: RpcCalls<S>;
  close(): void;
}

/**
 * A client of one service. It connects with the first call. It gives a call that no server has begun to the next
 * server. It does the same with a call that changes nothing (`NO_SIDE_EFFECTS` in its definition) and that a server
 * left without any answer. A call that then has no answer fails as `unavailable`.
 */
export function createGrpcClient<S extends DescService>(service: S, peer: RpcPeer): RpcClient<S> {
  const servers = openServers(peer);
  const sessions = createSessions(peer.adminToken);
  const calls: { [name: string]: unknown } = {};
  for (const method of service.methods) {
    if (method.methodKind === 'unary') calls[method.localName] = unaryMethod(servers, method, peer);
    if (method.methodKind === 'server_streaming') {
      calls[method.localName] = peer.isMultiplexed
        ? multiplexedMethod(servers, sessions, method, peer.patienceMs ?? 0)
        : streamingMethod(servers, method, peer);
    }
  }
  return {
    calls: calls as RpcCalls<S>,
    close() {
      sessions.close();
      servers.close();
    },
  };
}

type Call<M> = M extends {
  methodKind: 'unary';
  input: infer I extends DescMessage;
  output: infer O extends DescMessage;
}
  ? (request: MessageInitShape<I>, options?: RpcCallOptions) => Promise<MessageShape<O>>
  : M extends {
        methodKind: 'server_streaming';
        input: infer I extends DescMessage;
        output: infer O extends DescMessage;
      }
    ? (request: MessageInitShape<I>, options?: RpcCallOptions) => AsyncIterable<MessageShape<O>>
    : never;

function unaryMethod(servers: RpcServers, method: DescMethod, peer: RpcPeer) {
  return async (request: MessageInitShape<DescMessage>, options: RpcCallOptions = {}): Promise<Message> => {
    const message = create(method.input, request);
    const deadlineMs = Date.now() + (options.timeoutMs ?? CALL_TIMEOUT_MS);
    let failure: unknown;
    for (const server of await servers.inOrder()) {
      if (!(await server.reach())) {
        failure = notAnswering(server.address);
        continue;
      }
      try {
        const answer = await callOnce(server, method, message, outgoing(peer, deadlineMs, options), options.signal);
        servers.prefer(server);
        return answer;
      } catch (error) {
        if (!isServiceError(error)) throw error;
        const fault = faultOf(error, server, options.signal);
        failure = fault;
        if (options.signal?.aborted === true || !mayGoOn(error, fault, method)) break;
      }
    }
    throw failure;
  };
}

function callOnce(
  { client }: RpcServer,
  method: DescMethod,
  message: Message,
  { metadata, callOptions }: Outgoing,
  signal: AbortSignal | undefined,
): Promise<Message> {
  const { path, requestSerialize, responseDeserialize } = grpcMethodDefinition(method);
  const { promise, resolve, reject } = Promise.withResolvers<Message>();
  const call = client.makeUnaryRequest(
    path,
    requestSerialize,
    responseDeserialize,
    message,
    metadata,
    callOptions,
    (error, answer) => {
      stopListening();
      if (error !== null) reject(error);
      else if (answer !== undefined) resolve(answer);
    },
  );
  const stopListening = cancelOnAbort(call, signal);
  return promise;
}

function streamingMethod(servers: RpcServers, method: DescMethod, peer: RpcPeer) {
  const { path, requestSerialize, responseDeserialize } = grpcMethodDefinition(method);
  return async function* (
    request: MessageInitShape<DescMessage>,
    options: RpcCallOptions = {},
  ): AsyncGenerator<Message, void, undefined> {
    const { timeoutMs, signal } = options;
    const deadlineMs = timeoutMs === undefined ? undefined : Date.now() + timeoutMs;
    const message = create(method.input, request);
    let failure: unknown;
    for (const server of await servers.inOrder()) {
      if (!(await server.reach())) {
        failure = notAnswering(server.address);
        continue;
      }
      const { metadata, callOptions } = outgoing(peer, deadlineMs, options);
      const call = server.client.makeServerStreamRequest(
        path,
        requestSerialize,
        responseDeserialize,
        message,
        metadata,
        callOptions,
      );
      const stopListening = cancelOnAbort(call, signal);
      let isAnswered = false;
      try {
        for await (const answer of call) {
          isAnswered = true;
          yield answer;
        }
        servers.prefer(server);
        return;
      } catch (thrown) {
        if (!isServiceError(thrown)) throw thrown;
        const fault = faultOf(thrown, server, signal);
        failure = fault;
        if (isAnswered || signal?.aborted === true || !mayGoOn(thrown, fault, method)) break;
      } finally {
        stopListening();
        // A reader that stops early must not leave the server sending; for an ended call this does nothing.
        call.cancel();
      }
    }
    throw failure;
  };
}

/** Whether another server may be asked after this failure. */
function mayGoOn(error: ServiceError, { code }: Fault, method: DescMethod): boolean {
  // One address may serve another service than the next.
  if (error.code === status.UNIMPLEMENTED) return true;
  if (code !== 'unavailable') return false;
  return wasNotBegun(error) || isRepeatable(method);
}

/** A call that is cancelled although this side did not cancel it was cut off by the other side. */
function faultOf(error: ServiceError, { address }: RpcServer, signal: AbortSignal | undefined): Fault {
  const fault = faultOfStatus(error, address);
  return fault.code === 'client_gone' && signal?.aborted !== true ? notAnswering(address) : fault;
}

interface Outgoing {
  readonly metadata: Metadata;
  readonly callOptions: CallOptions;
}

function outgoing(peer: RpcPeer, deadlineMs: number | undefined, { traceparent, caller }: RpcCallOptions): Outgoing {
  const metadata = new Metadata();
  setBearerToken(metadata, peer.adminToken);
  if (traceparent !== undefined) metadata.set('traceparent', traceparent);
  if (caller !== undefined) setCaller(metadata, caller);
  return { metadata, callOptions: deadlineMs === undefined ? {} : { deadline: deadlineMs } };
}

/** Cancels the call when the signal aborts. Returns a function that removes the listener. */
function cancelOnAbort(call: { cancel(): void }, signal: AbortSignal | undefined): () => void {
  if (signal === undefined) return () => {};
  const cancel = (): void => call.cancel();
  if (signal.aborted) cancel();
  signal.addEventListener('abort', cancel, { once: true });
  return () => signal.removeEventListener('abort', cancel);
}

function isServiceError(thrown: unknown): thrown is ServiceError {
  return thrown instanceof Error && 'code' in thrown && 'metadata' in thrown && 'details' in thrown;
}
