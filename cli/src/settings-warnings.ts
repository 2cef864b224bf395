import { catalogueModels } from '#catalogue/catalogue-models.ts';
import { unpricedModels } from '#catalogue/unpriced-models.ts';
import type { GatewayConfig } from '#config/gateway-config.ts';
import { providersFrom } from '#config/providers.ts';

/** The models that neither the settings nor the catalogue have a price for, and what to do. */
export function unpricedInSettings(config: GatewayConfig, environment: NodeJS.ProcessEnv, nowMs: number): string[] {
  const providers = providersFrom(config.providers, environment);
  const catalogues = new Map(providers.map(({ catalogue }) => [catalogue, catalogueModels(catalogue, nowMs)] as const));
  const priced = new Set([
    ...config.prices.map(({ key }) => key),
    ...[...catalogues].flatMap(([catalogue, models]) => models.map(({ id }) => `${catalogue}/${id}`)),
  ]);
  return unpricedModels(
    providers,
    (id) => catalogues.get(id) ?? [],
    (priceKey) => priced.has(priceKey),
  );
}
