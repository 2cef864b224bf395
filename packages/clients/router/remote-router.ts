import { RouterService } from '#contracts/gen/gateway/router/v1/router_pb.js';
import type { RouterPort } from '#contracts/router.ts';
import { createGrpcClient } from '#rpc/client.ts';
import type { RpcPeer } from '#rpc/rpc-peer.ts';
import type { Logger } from '#telemetry/logger.ts';
import { startRefreshing } from '../refreshed.ts';
import { beginRun } from './begin-run.ts';
import { completeOver, type RunOnRouter } from './complete-over.ts';
import { completeRequestToWire, countRequestToWire, frameFromWire } from './complete-wire.ts';
import { healthFromWire } from './health-wire.ts';

/** Health changes with each call; it is for people and for metrics. */
const REFRESH_MS = 2_000;
const REFRESH_TIMEOUT_MS = 2_000;

/** A provider's count, and one more where the first does not answer. */
const COUNT_TIMEOUT_MS = 25_000;

/** A router that was restarted is found again within a second; a client that waits for it notices nothing. */
const PATIENCE_MS = 3_000;

/** The routers, as one. */
export interface RemoteRouter extends RouterPort {
  /** Resolves when a router has been reached. */
  ready(): Promise<void>;
  /** `ok`, or why no request can be routed. */
  state(): string;
  close(): Promise<void>;
}

export function createRemoteRouter(options: {
  readonly peer: RpcPeer;
  /** From a request's arrival at the router to its end, but for one that has time of its own beside it. */
  readonly requestTimeoutMs: number;
  readonly logger: Logger;
}): RemoteRouter {
  const { peer, requestTimeoutMs, logger } = options;
  const { calls, close } = createGrpcClient(RouterService, {
    ...peer,
    policy: 'round-robin',
    isMultiplexed: true,
    patienceMs: PATIENCE_MS,
  });
  let health: ReturnType<RouterPort['providerHealth']> = [];

  const run: RunOnRouter = async function* (request, signal) {
    // A call whose signal has aborted is not begun, and nobody would end the hold of the request.
    const isClientGone = signal.aborted;
    for await (const message of calls.complete(completeRequestToWire(request, isClientGone), {
      ...(isClientGone ? {} : { signal }),
      timeoutMs: requestTimeoutMs + (request.extraTimeMs ?? 0),
      traceparent: request.traceparent,
    })) {
      const frame = frameFromWire(message);
      if (frame !== undefined) yield frame;
    }
  };

  const refreshing = startRefreshing({
    what: 'the routers',
    intervalMs: REFRESH_MS,
    logger,
    async refresh() {
      health = healthFromWire(await calls.getProviderHealth({}, { timeoutMs: REFRESH_TIMEOUT_MS }));
    },
  });

  return {
    complete: (request, signal) => beginRun((leaving) => completeOver(run, request, leaving, logger), signal),
    async countTokens(request, signal) {
      const options = { signal, timeoutMs: COUNT_TIMEOUT_MS };
      const { inputTokens, isEstimate } = await calls.countTokens(countRequestToWire(request), options);
      return { inputTokens: Number(inputTokens), isEstimate };
    },
    providerHealth: () => health,
    ready: refreshing.first,
    state: refreshing.state,
    async close() {
      await refreshing.close();
      close();
    },
  };
}
