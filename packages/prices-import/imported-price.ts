import { type PriceUnit, readOwnPrice } from '#money/own-price.ts';

/** A price of a file, in decimal USD for a million units. */
export interface ImportedPrice {
  /** <catalogue>/<model>. */
  readonly id: string;
  readonly prices: readonly ImportedUnit[];
  readonly bands: readonly { readonly abovePromptTokens: number; readonly prices: readonly ImportedUnit[] }[];
  /** 0: not known. */
  readonly contextTokens: number;
  readonly outputTokensMax: number;
}

export interface ImportedUnit {
  readonly unit: PriceUnit;
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
