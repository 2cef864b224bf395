import { create } from '@bufbuild/protobuf';
import type { GatewayConfig } from '#config/gateway-config.ts';
import { type ConfiguredProvider, providersFrom } from '#config/providers.ts';
import type { Environment } from '#config/variables.ts';
import { PriceSchema, ProviderSchema, SettingsSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { multiplierText } from '#money/multiplier.ts';
import type { AnyResource } from '#registry/kinds.ts';
import { SINGLE_ID } from '#registry/registry.ts';

/** The part of a configuration that is policy. */
export type PolicyConfig = Pick<
  GatewayConfig,
  'providers' | 'prices' | 'multiplierBasisPoints' | 'outputTokensDefault' | 'requestsPerMinute' | 'rateLimits' | 'demo'
>;

/** Between the priorities of two providers, so that one an administrator adds finds room there. */
const PRIORITY_STEP = 10;

/** A browser's page sends a key by hand alone, so every page may ask: it gains nothing that it was not given. */
const CORS_ORIGINS = ['*'];

/** What a configuration and the environment say of policy. The settings come last: with them the seed is complete. */
export function desiredPolicy(config: PolicyConfig, environment: Environment): readonly AnyResource[] {
  return [
    ...providersFrom(config.providers, environment).map((provider, index) =>
      providerOf(provider, (index + 1) * PRIORITY_STEP),
    ),
    ...config.prices.map(priceOf),
    settingsOf(config),
  ];
}

function providerOf(provider: ConfiguredProvider, priority: number): AnyResource {
  const { name, kind, baseUrl, apiKeyRef, catalogue, source } = provider;
  const fields = {
    id: name,
    kind,
    baseUrl,
    apiKeyRef,
    catalogue,
    models: provider.models ?? [],
    maxTokensParam: provider.maxTokensParam ?? '',
    status: 'active',
    priority,
    source,
    preset: provider.preset ?? '',
    formats: provider.formats ?? [],
    refusesStreamOptions: provider.refusesStreamOptions ?? false,
    renamedFields: provider.renamedFields ?? {},
    refusedFields: provider.refusedFields ?? [],
    region: provider.region ?? '',
    cacheInInput: provider.cacheInInput ?? '',
    reasoningInOutput: provider.reasoningInOutput ?? '',
    connectTimeoutMs: provider.connectTimeoutMs ?? 0,
    streamHeadTimeoutMs: provider.streamHeadTimeoutMs ?? 0,
    wholeHeadTimeoutMs: provider.wholeHeadTimeoutMs ?? 0,
    idleTimeoutMs: provider.idleTimeoutMs ?? 0,
  };
  return { case: 'provider', value: create(ProviderSchema, fields) };
}

type ConfiguredPrice = PolicyConfig['prices'][number];

/** The units of a price, and the settings that hold them. */
const unitFields: readonly (readonly [unit: string, field: keyof ConfiguredPrice])[] = [
  ['input', 'inputUsdPerMtok'],
  ['cached_input', 'cachedInputUsdPerMtok'],
  ['cache_write', 'cacheWriteUsdPerMtok'],
  ['cache_write_1h', 'cacheWrite1hUsdPerMtok'],
  ['output', 'outputUsdPerMtok'],
  ['reasoning', 'reasoningUsdPerMtok'],
];

function priceOf(price: ConfiguredPrice): AnyResource {
  const prices = unitFields.flatMap(([unit, field]) => {
    const usdPerMillion = price[field];
    return usdPerMillion === undefined ? [] : [{ unit, usdPerMillion: String(usdPerMillion) }];
  });
  for (const [unit, usdPerMillion] of Object.entries(price.otherUsdPerMillion ?? {}))
    prices.push({ unit, usdPerMillion });
  const { key, contextTokens = 0, outputTokensMax = 0 } = price;
  return {
    case: 'price',
    value: create(PriceSchema, { id: key, prices, contextTokens, outputTokensMax, source: 'config' }),
  };
}

function settingsOf(config: PolicyConfig): AnyResource {
  const { perIp, perUser, perKey } = config.rateLimits ?? {};
  const value = create(SettingsSchema, {
    id: SINGLE_ID,
    multiplier: multiplierText(config.multiplierBasisPoints),
    outputTokensDefault: config.outputTokensDefault,
    requestsPerMinute: config.requestsPerMinute,
    ...(perIp === undefined ? {} : { throttlePerAddress: perIp }),
    ...(perUser === undefined ? {} : { throttlePerUser: perUser }),
    ...(perKey === undefined ? {} : { throttlePerKey: perKey }),
    corsOrigins: CORS_ORIGINS,
    demo: config.demo,
  });
  return { case: 'settings', value };
}
