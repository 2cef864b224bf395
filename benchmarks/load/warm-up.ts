import { openLoad } from './closed-loop.ts';
import type { LoadResult } from './tally.ts';

/**
 * Requests after which a server runs what V8 has compiled for good, as one does that has served for some minutes. Before,
 * a request that runs alone takes a fifth longer through the processes.
 */
const REQUESTS = 10_000;
const CALLERS = 32;

/** Puts a target under load until it is warm. */
export async function warmUp(
  target: { readonly url: string; readonly apiKey: string; readonly body: Buffer; readonly isStream: boolean },
  signal: AbortSignal,
): Promise<LoadResult> {
  await using load = openLoad({ ...target, callers: CALLERS, signal });
  return await load.run({ requests: REQUESTS });
}
