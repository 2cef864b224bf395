import { unitNames } from '#ai/units.ts';
import { catalogueModels, catalogueSource } from '#catalogue/catalogue-models.ts';
import type { AdminInput, AdminOutput } from '#contracts/admin.ts';
import { timeMs } from '#kernel/time-text.ts';
import type { PriceTerms, UnitPrices } from '#money/unit-prices.ts';
import { formatUsdPerMtok } from '#money/usd-per-mtok.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import { catalogueOf } from '#registry/provider-names.ts';
import type { Registry } from '#registry/registry.ts';
import { namedPage } from './named-page.ts';

type Line = NonNullable<AdminOutput<'listPriceBook'>['prices']>[number] & { readonly id: string };

interface Dependencies {
  readonly registry: Pick<Registry, 'all'>;
  readonly nowMs: number;
}

/** The operator's own prices, and for what has none of these, the prices of the catalogues that providers go by. */
export function listPriceBook(
  { registry, nowMs }: Dependencies,
  request: AdminInput<'listPriceBook'>,
): AdminOutput<'listPriceBook'> {
  const own = [...registry.all('price')];
  const isOwn = new Set(own.map(({ id }) => id));
  const others = catalogueLines(registry, nowMs).filter(({ id }) => !isOwn.has(id));
  const { page, hasMore } = namedPage(
    [
      ...(request.kind === 'catalogue' ? [] : own.map((price) => ownLine(price, nowMs))),
      ...(request.kind === 'own' ? [] : others),
    ],
    request,
  );
  return { prices: [...page], hasMore };
}

function ownLine({ id, source, effectiveAt, ...terms }: ResourceOf<'price'>, nowMs: number): Line {
  const { prices, bands, serviceTiers } = terms;
  const holdsFrom = effectiveAt !== '' && timeMs(effectiveAt) > nowMs ? effectiveAt : '';
  return { id, own: true, source, holdsFrom, prices, bands, serviceTiers };
}

function catalogueLines(registry: Pick<Registry, 'all'>, nowMs: number): Line[] {
  const catalogues = new Set(Array.from(registry.all('provider'), catalogueOf));
  return Array.from(catalogues).flatMap((catalogue) =>
    catalogueModels(catalogue, nowMs).map(({ id, price }) => ({
      id: `${catalogue}/${id}`,
      own: false,
      source: catalogueSource,
      holdsFrom: '',
      ...statedTerms(price),
    })),
  );
}

/** Terms as text; `textOf`: of the pico-USD of a unit. */
export function statedTerms(
  { prices, bands, serviceTiers }: PriceTerms,
  textOf: (picoUsd: bigint) => string = formatUsdPerMtok,
): Pick<Line, 'prices' | 'bands' | 'serviceTiers'> {
  const statedUnits = (of: UnitPrices) => unitsOf(of, textOf);
  const stated = (of: PriceTerms['bands']) =>
    of.map((band) => ({ abovePromptTokens: band.abovePromptTokens, prices: statedUnits(band.prices) }));
  return {
    prices: statedUnits(prices),
    bands: stated(bands),
    serviceTiers: serviceTiers.map((tier) => ({
      serviceTier: tier.serviceTier,
      prices: statedUnits(tier.prices),
      bands: stated(tier.bands),
    })),
  };
}

function unitsOf(prices: UnitPrices, textOf: (picoUsd: bigint) => string): { unit: string; usdPerMillion: string }[] {
  return unitNames.flatMap((unit) => {
    const picoUsd = prices[unit];
    return picoUsd === undefined ? [] : [{ unit, usdPerMillion: textOf(picoUsd) }];
  });
}
