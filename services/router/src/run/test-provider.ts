import type { ProviderTest } from '#contracts/admin-needs.ts';
import { Fault } from '#errors/fault.ts';
import type { Registry } from '#registry/registry.ts';
import { askForToken } from './ask-for-token.ts';
import { cheapestModel } from './cheapest-model.ts';
import type { RunParts } from './run.ts';

/**
 * Asks a provider for one token, as requests do: with its key, its wire format and its way of naming the bound. Nobody is
 * charged; the house pays, and the log says so. Rejects with `not_found` where there is no such provider.
 */
export async function testProvider(
  parts: Pick<RunParts, 'providers' | 'logger' | 'losses'> & { readonly registry: Registry },
  { providerId, model: asked }: { readonly providerId: string; readonly model: string },
): Promise<ProviderTest> {
  const resource = parts.registry.get('provider', providerId);
  if (resource === undefined) {
    throw new Fault({ code: 'not_found', message: `There is no provider ${providerId}.`, param: 'id' });
  }
  const model = asked === '' ? cheapestModel(resource, parts.registry) : asked;
  const pooled = parts.providers.get(providerId);
  const failed = (message: string): ProviderTest => ({ isOk: false, model, status: 0, durationMs: 0, message });
  if (pooled === undefined) return failed('The provider is disabled: set its status to active.');
  if (pooled.kind === 'draining') return failed('The provider is being drained: set its status to active.');
  if (pooled.kind === 'down') return failed(`The provider is down: ${pooled.reason}.`);
  if (model === '') return failed('The provider has no models: list them under models, or name one.');

  const startedAtMs = performance.now();
  const { status, message, decoder } = await askForToken(pooled.provider, model);
  const durationMs = Math.round(performance.now() - startedAtMs);
  const usage = decoder?.usage()?.usage ?? null;
  if (usage !== null) parts.losses.add(providerId, usage);
  const told = { provider: providerId, model, status, durationMs, housePays: usage };
  parts.logger.info(told, 'a provider was tested; the house pays for it, and nobody is charged');
  return { isOk: message === '', model, status, durationMs, message };
}
