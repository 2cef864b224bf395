import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from '#contracts/gen/grpc/health/v1/health_pb.js';
import { Fault } from '#errors/fault.ts';
import { type ServedService, servedService } from './served-service.ts';

/**
 * gRPC's standard health service for a server's services. The answer is SERVING while the process leads, until the
 * service is stopped.
 */
export interface HealthState {
  readonly service: ServedService;
  /** From now on the answer is NOT_SERVING. Watchers get that answer, and their calls end. */
  stopServing(): void;
}

export function startHealth(serviceNames: readonly string[], isServing: () => boolean): HealthState {
  const known = new Set(['', ...serviceNames]);
  const stopped = new AbortController();
  const statusOf = (name: string): ServingStatus => {
    if (!known.has(name)) return ServingStatus.SERVICE_UNKNOWN;
    return stopped.signal.aborted || !isServing() ? ServingStatus.NOT_SERVING : ServingStatus.SERVING;
  };
  const service = servedService(Health, {
    check: async (request) => {
      const status = statusOf(request.service);
      if (status !== ServingStatus.SERVICE_UNKNOWN) return { status };
      throw new Fault({ code: 'not_found', message: `No service ${request.service} is served here.` });
    },
    async *watch(request, { signal }) {
      yield { status: statusOf(request.service) };
      await aborted(AbortSignal.any([signal, stopped.signal]));
      if (!signal.aborted) yield { status: statusOf(request.service) };
    },
  });
  return { service, stopServing: () => stopped.abort() };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
