import type { Unit } from '#ai/units.ts';
import { readOwnPrice } from '#money/own-price.ts';

/** A price of a file, in decimal USD for a million units. */
export interface ImportedPrice {
  /** <catalogue>/<model>. */
  readonly id: string;
  readonly prices: readonly ImportedUnit[];
  readonly bands: readonly ImportedBand[];
  readonly serviceTiers: readonly {
    readonly serviceTier: string;
    readonly prices: readonly ImportedUnit[];
    readonly bands: readonly ImportedBand[];
  }[];
  /** 0: not known. */
  readonly contextTokens: number;
  readonly outputTokensMax: number;
}

export interface ImportedBand {
  readonly abovePromptTokens: number;
  readonly prices: readonly ImportedUnit[];
}

export interface ImportedUnit {
  readonly unit: Unit;
  readonly usdPerMillion: string;
}

/** What a file has. */
export interface PriceFile {
  /** One an id. */
  readonly prices: readonly ImportedPrice[];
  /** Rows that were not taken, each with why. */
  readonly skipped: readonly string[];
}

/** As ids are elsewhere. */
const ID = /^[A-Za-z0-9._\-:/@]{1,300}$/;

/** In price files a 0 often means that nobody knows the price, and what is free by mistake is paid by the house. */
const FREE = 'has 0 for input and output, which often means that the price is unknown; `prices set` can make it free';

/** A row that is not taken, with the reason. */
export class SkippedRow extends Error {
  override readonly name = 'SkippedRow';
}

/** Reads rows one by one: a row that cannot be read is told and left out. Of two with one id the first counts. */
export function readRows<Row>(
  rows: Iterable<readonly [label: string, row: Row]>,
  read: (row: Row) => ImportedPrice,
): PriceFile {
  const prices = new Map<string, ImportedPrice>();
  const skipped: string[] = [];
  for (const [label, row] of rows) {
    try {
      const price = read(row);
      if (!ID.test(price.id)) throw new SkippedRow(`"${price.id}" has characters that an id cannot have`);
      if (isFree(price)) throw new SkippedRow(FREE);
      // Throws where a number is not exact, and where two bands begin at one place.
      readOwnPrice(price);
      if (prices.has(price.id)) skipped.push(`${label}: ${price.id} is there twice; the first one counts`);
      else prices.set(price.id, price);
    } catch (error) {
      if (!(error instanceof SkippedRow) && !(error instanceof RangeError)) throw error;
      skipped.push(`${label}: ${error.message}`);
    }
  }
  return { prices: [...prices.values()], skipped };
}

/** What a row must say: the price of the prompt, and that of the answer unless it is vectors. */
export function requirePrices(prices: readonly ImportedUnit[], givesVectors: boolean): void {
  for (const unit of givesVectors ? (['input'] as const) : (['input', 'output'] as const)) {
    if (!prices.some((price) => price.unit === unit)) throw new SkippedRow(`has no price for ${unit} tokens`);
  }
}

function isFree({ prices }: ImportedPrice): boolean {
  return prices.every(({ unit, usdPerMillion }) => (unit !== 'input' && unit !== 'output') || usdPerMillion === '0');
}
