import { ApiError } from './client.ts';

/** What `GET /health/stats` tells of the process that answers and of the services it asks; a part that is away is left out. */
export interface Stats {
  readonly uptime_s: number;
  readonly memory: { readonly rss_bytes: number; readonly heap_used_bytes: number };
  /** The log's end, and which writer's term it is. `fault`: it could not be asked. */
  readonly log?: { readonly position?: number; readonly epoch?: number; readonly fault?: string };
  readonly openHolds?: number | { readonly fault: string };
  /** Each read model, and the position up to which it has taken events. */
  readonly projections?: Readonly<Record<string, number>>;
}

export async function readStats(signal: AbortSignal): Promise<Stats> {
  const response = await fetch('/health/stats', { signal }).catch(() => undefined);
  if (response?.ok === true) return (await response.json()) as Stats;
  const message =
    response === undefined ? 'The gateway cannot be reached.' : `The gateway answered ${response.status}.`;
  throw new ApiError(response?.status ?? 0, { code: '', message, param: '', requestId: '' });
}
