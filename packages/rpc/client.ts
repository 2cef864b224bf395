import {
  create,
  type DescMessage,
  type DescMethod,
  type DescService,
  type Message,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import { type CallOptions, Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { setBearerToken } from './bearer-token.ts';
import { faultOfStatus } from './fault-status.ts';
import {
  CALL_TIMEOUT_MS,
  KEEPALIVE_INTERVAL_MS,
  KEEPALIVE_TIMEOUT_MS,
  REQUEST_MAX_BYTES,
  RESPONSE_MAX_BYTES,
} from './limits.ts';
import { grpcMethodDefinition } from './service-definition.ts';

export interface RpcCallOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long the whole call may take. Unary calls have a default, streams none. */
  readonly timeoutMs?: number | undefined;
}

/** Calls of a service, typed: unary methods give a promise, server-streaming ones an iterable. Failures are `Fault`s. */
export type RpcCalls<S extends DescService> = { readonly [K in keyof S['method']]: Call<S['method'][K]> };

export interface RpcClient<S extends DescService> {
  readonly calls: RpcCalls<S>;
  close(): void;
}

/** A server, and what proves that one may call it. */
export interface RpcPeer {
  /** host:port. */
  readonly address: string;
  readonly adminToken: string;
}

/** A client of one service of a server. Connects with the first call; an unreachable server is `unavailable`. */
export function createGrpcClient<S extends DescService>(service: S, peer: RpcPeer): RpcClient<S> {
  const client = new Client(peer.address, credentials.createInsecure(), {
    'grpc.max_send_message_length': REQUEST_MAX_BYTES,
    'grpc.max_receive_message_length': RESPONSE_MAX_BYTES,
    'grpc.keepalive_time_ms': KEEPALIVE_INTERVAL_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
  });
  const calls: { [name: string]: unknown } = {};
  for (const method of service.methods) {
    if (method.methodKind === 'unary') calls[method.localName] = unaryMethod(client, method, peer);
    if (method.methodKind === 'server_streaming') {
      calls[method.localName] = streamingMethod(client, method, peer);
    }
  }
  return { calls: calls as RpcCalls<S>, close: () => client.close() };
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

function unaryMethod(client: Client, method: DescMethod, peer: RpcPeer) {
  const definition = grpcMethodDefinition(method);
  return (request: MessageInitShape<DescMessage>, options: RpcCallOptions = {}): Promise<Message> =>
    new Promise((resolve, reject) => {
      const { metadata, callOptions } = outgoing(peer, { timeoutMs: CALL_TIMEOUT_MS, ...options });
      const call = client.makeUnaryRequest(
        definition.path,
        definition.requestSerialize,
        definition.responseDeserialize,
        create(method.input, request),
        metadata,
        callOptions,
        (error, answer) => {
          stopListening();
          if (error !== null) reject(faultOfStatus(error, peer.address));
          else if (answer !== undefined) resolve(answer);
        },
      );
      const stopListening = cancelOnAbort(call, options.signal);
    });
}

function streamingMethod(client: Client, method: DescMethod, peer: RpcPeer) {
  const definition = grpcMethodDefinition(method);
  return async function* (
    request: MessageInitShape<DescMessage>,
    options: RpcCallOptions = {},
  ): AsyncGenerator<Message, void, undefined> {
    const { metadata, callOptions } = outgoing(peer, options);
    const call = client.makeServerStreamRequest(
      definition.path,
      definition.requestSerialize,
      definition.responseDeserialize,
      create(method.input, request),
      metadata,
      callOptions,
    );
    const stopListening = cancelOnAbort(call, options.signal);
    try {
      yield* call;
    } catch (thrown) {
      throw isServiceError(thrown) ? faultOfStatus(thrown, peer.address) : thrown;
    } finally {
      stopListening();
      // A reader that stops early must not leave the server sending; for an ended call this does nothing.
      call.cancel();
    }
  };
}

function outgoing(peer: RpcPeer, options: RpcCallOptions): { metadata: Metadata; callOptions: CallOptions } {
  const metadata = new Metadata();
  setBearerToken(metadata, peer.adminToken);
  const { timeoutMs } = options;
  return { metadata, callOptions: timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs } };
}

/** Cancels the call when the signal aborts; the function returned takes the listener off again. */
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
