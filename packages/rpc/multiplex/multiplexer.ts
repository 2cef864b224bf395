import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import type { ServerDuplexStream, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import {
  type CallerStep,
  MultiplexService,
  type OpenRequest,
  type OpenResponse,
  OpenResponseSchema,
  type ServerStepSchema,
  type Start,
} from '#contracts/gen/gateway/rpc/v1/multiplex_pb.js';
import { Fault, faultFrom } from '#errors/fault.ts';
import { RESPONSE_MAX_BYTES } from '../limits.ts';
import type { CallGuards, ServedService, StreamingMethod } from '../served-service.ts';
import { grpcServiceDefinition } from '../service-definition.ts';
import { createOutbox } from './outbox.ts';
import { limitMetadata } from './request-limit.ts';
import { createWindow, type Window } from './window.ts';

/** A larger one would be refused by the transport, and all calls of the session with it. */
const MESSAGE_MAX_BYTES = RESPONSE_MAX_BYTES - 1024;

/** gateway.rpc.v1.MultiplexService over the server-streaming methods of other services of the same server. */
export interface Multiplexer {
  readonly descriptor: typeof MultiplexService;
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
  /** Begins no call any more, and tells all callers so; each session ends when its calls have. Resolves when all have. */
  close(): Promise<void>;
}

type Session = ServerDuplexStream<OpenRequest, OpenResponse>;
type ServerStep = MessageInitShape<typeof ServerStepSchema>;

export function createMultiplexer(
  services: readonly ServedService[],
  guards: CallGuards,
  requestMaxBytes: number,
): Multiplexer {
  const methods = new Map(services.flatMap(({ streaming }) => [...streaming]));
  const sessions = new Set<() => void>();
  const ended = Promise.withResolvers<void>();
  let isClosing = false;

  function endWhenDone(): void {
    if (isClosing && sessions.size === 0) ended.resolve();
  }

  function open(session: Session): void {
    session.sendMetadata(limitMetadata(requestMaxBytes));
    const close = serveSession(session, methods, guards, () => {
      sessions.delete(close);
      endWhenDone();
    });
    sessions.add(close);
    if (isClosing) close();
  }

  return {
    descriptor: MultiplexService,
    definition: grpcServiceDefinition(MultiplexService),
    implementation: { open },
    close() {
      isClosing = true;
      for (const close of sessions) close();
      endWhenDone();
      return ended.promise;
    },
  };
}

interface Run {
  readonly window: Window;
  readonly leave: () => void;
}

/** Serves one caller's calls until they are over and no more can come. Gives the function that lets no more come. */
function serveSession(
  session: Session,
  methods: ReadonlyMap<string, StreamingMethod>,
  guards: CallGuards,
  onEnd: () => void,
): () => void {
  const runs = new Map<number, Run>();
  let isClosing = false;
  let isCallerDone = false;
  const outbox = createOutbox<ServerStep>({
    write: (steps) => session.write(create(OpenResponseSchema, { steps })),
    end: () => session.end(),
  });

  function take({ call, step }: CallerStep): void {
    switch (step.case) {
      case 'start':
        begin(call, step.value);
        break;
      case 'cancel':
        runs.get(call)?.leave();
        break;
      case 'takenBytes':
        runs.get(call)?.window.taken(step.value);
        break;
      default:
      // Of a newer caller.
    }
  }

  function begin(call: number, start: Start): void {
    const method = methods.get(start.method);
    if (isClosing || !guards.isServing()) {
      fail(call, new Fault({ code: 'unavailable', message: 'This process begins no more calls.' }), true);
    } else if (method === undefined) {
      fail(call, new Fault({ code: 'method_not_allowed', message: `${start.method} cannot be called here.` }), true);
    } else if (runs.has(call)) {
      fail(call, new Fault({ code: 'invalid_request', message: 'A call of that number runs already.' }), false);
    } else {
      void run(call, start, method);
    }
  }

  async function run(call: number, start: Start, { input, output, handler }: StreamingMethod): Promise<void> {
    const leaving = new AbortController();
    const { signal } = leaving;
    const window = createWindow();
    const leave = (): void => {
      leaving.abort();
      window.close();
    };
    const timer = start.timeoutMs === 0 ? undefined : setTimeout(leave, start.timeoutMs);
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
      guards.onFailure(start.method, thrown);
      fail(call, faultFrom(thrown), false);
    } finally {
      clearTimeout(timer);
      runs.delete(call);
      endWhenDone();
    }
  }

  function fail(call: number, { refusal }: Fault, isNotBegun: boolean): void {
    const { code, message, param = '', retryAfterMs = 0 } = refusal;
    const value = { code, message, param, retryAfterMs: Math.ceil(retryAfterMs), isNotBegun };
    outbox.push({ call, step: { case: 'failure', value } }, message.length);
  }

  function endWhenDone(): void {
    if (runs.size === 0 && (isClosing || isCallerDone)) outbox.end();
  }

  function abandon(): void {
    onEnd();
    outbox.drop();
    for (const { leave } of runs.values()) leave();
  }

  session.on('data', ({ steps }: OpenRequest) => {
    for (const step of steps) take(step);
    // Else a caller that asks and reads no answer would fill the memory.
    if (outbox.isBehind()) session.pause();
  });
  session.on('drain', () => {
    outbox.drained();
    if (!outbox.isBehind()) session.resume();
  });
  session.on('end', () => {
    isCallerDone = true;
    endWhenDone();
  });
  session.on('cancelled', abandon);
  session.on('error', abandon);
  session.on('finish', onEnd);

  return () => {
    isClosing = true;
    outbox.push({ call: 0, step: { case: 'closing', value: {} } });
    endWhenDone();
  };
}
