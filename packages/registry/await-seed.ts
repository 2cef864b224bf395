import { type Registry, SINGLE_ID } from './registry.ts';

/** How long the first start of a gateway is given to bring its configuration into the log. */
export const SEED_WAIT_MS = 10_000;

/**
 * Resolves when the configuration has come into the log, at this start or an earlier one: the settings come last of it. `false`:
 * it has not within the time.
 */
export async function awaitSeed(registry: Pick<Registry, 'get' | 'watch'>, timeoutMs = SEED_WAIT_MS): Promise<boolean> {
  if (registry.get('settings', SINGLE_ID) !== undefined) return true;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  registry.watch('settings', () => resolve(true));
  const timer = setTimeout(() => resolve(false), timeoutMs);
  return promise.finally(() => clearTimeout(timer));
}
