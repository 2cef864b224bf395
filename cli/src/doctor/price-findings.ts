import { catalogueModels, skippedModels } from '#catalogue/catalogue-models.ts';
import { providerModels } from '#catalogue/provider-models.ts';
import type { GatewayConfig } from '#config/gateway-config.ts';
import type { ConfiguredProvider } from '#config/providers.ts';
import { type Finding, ok, warn } from './finding.ts';

/** More names than these are a number: a portal has hundreds. */
const NAMES_TOLD_MAX = 10;

type Priced = Pick<ConfiguredProvider, 'name' | 'catalogue' | 'models'>;

/**
 * What each provider's models cost, as far as the settings and the catalogue tell: how many have a price, which are named and have
 * none, and which the catalogue has without a price that can be billed by. A model without a price is refused, never guessed.
 */
export function priceFindings(
  providers: readonly Priced[],
  prices: Pick<GatewayConfig, 'prices'>['prices'],
  nowMs: number,
): readonly Finding[] {
  const own = new Set(prices.map(({ key }) => key));
  return providers.flatMap((provider) => findingsOf(provider, own, nowMs));
}

function findingsOf(provider: Priced, own: ReadonlySet<string>, nowMs: number): readonly Finding[] {
  const { name, catalogue } = provider;
  const part = `prices ${name}`;
  const known = catalogueModels(catalogue, nowMs);
  const priced = new Set([...own, ...known.map(({ id }) => `${catalogue}/${id}`)]);
  const models = providerModels(provider, () => known);
  const ownOfIt = [...own].filter((key) => key.startsWith(`${catalogue}/`));
  if (models.length === 0 && ownOfIt.length === 0) {
    return [
      warn(part, `the catalogue has no prices of '${catalogue}', and none is set`, adviceFor(`${catalogue}/<model>`)),
    ];
  }
  const unpriced = models.filter(({ priceKey }) => !priced.has(priceKey));
  const all = new Set([...models.map(({ priceKey }) => priceKey), ...ownOfIt]);
  const count = [...all].filter((key) => priced.has(key)).length;
  return [
    ok(part, `${count} of ${all.size} models have a price${skippedText(provider, own, nowMs)}`),
    ...unpriced.map((model) =>
      warn(part, `${model.name} has no price and is refused`, `${adviceFor(model.priceKey)}; or take the model out`),
    ),
  ];
}

/** Models of the catalogue whose prices cannot be billed by, where nobody names the models and their own price is not set. */
function skippedText({ catalogue, models }: Priced, own: ReadonlySet<string>, nowMs: number): string {
  if (models !== undefined) return '';
  const skipped = skippedModels(catalogue, nowMs).filter(({ id }) => !own.has(`${catalogue}/${id}`));
  if (skipped.length === 0) return '';
  const named = skipped.slice(0, NAMES_TOLD_MAX).map(({ id, reason }) => `${id} (${reason})`);
  const more = skipped.length > named.length ? `, and ${skipped.length - named.length} more` : '';
  return `; ${skipped.length} of the catalogue are left out: ${named.join(', ')}${more}`;
}

function adviceFor(priceKey: string): string {
  return `give ${priceKey} a price: gatewayctl prices set ${priceKey} --prices input=USD,output=USD (for a million tokens)`;
}
