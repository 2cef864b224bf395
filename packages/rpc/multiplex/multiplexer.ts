import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { MultiplexService } from '#contracts/gen/gateway/rpc/v1/multiplex_pb.js';
import type { CallGuards, ServedService } from '../served-service.ts';
import { grpcServiceDefinition } from '../service-definition.ts';
import { limitMetadata } from './request-limit.ts';
import { type SessionStream, serveSession } from './served-session.ts';

/** gateway.rpc.v1.MultiplexService over the server-streaming methods of other services on the same server. */
export interface Multiplexer {
  readonly descriptor: typeof MultiplexService;
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
  /**
   * Begins no more calls, and tells all callers. Each session ends when its calls have ended. Resolves when all
   * sessions have ended.
   */
  close(): Promise<void>;
}

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

  function open(stream: SessionStream): void {
    stream.sendMetadata(limitMetadata(requestMaxBytes));
    const close = serveSession(stream, methods, guards, () => {
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
