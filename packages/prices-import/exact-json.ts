/** A number of a JSON text, as it was written: a float would have changed it. */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Parses JSON without making a float of any number. Throws a SyntaxError for what is no JSON. */
export function parseExactJson(text: string): unknown {
  return (JSON.parse as ParseWithSource)(text, (_key, value, context) =>
    typeof value === 'number' ? new ExactNumber(context?.source ?? String(value)) : value,
  );
}

/** `JSON.parse` as the language has it: a reviver is told the source of a number. */
type ParseWithSource = (
  text: string,
  reviver: (key: string, value: unknown, context: { readonly source?: string } | undefined) => unknown,
) => unknown;

/** A number with its decimals; exponents beyond it are nobody's price. */
const NUMBER = /^(-?)(\d{1,40})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,2}))?$/;

/**
 * A number times a power of ten as plain decimal text: ("1.5e-07", 6) is "0.15". Throws a RangeError where it is negative or is
 * no number.
 */
export function shiftDecimal(text: string, places: number): string {
  const [, sign, whole, fraction = '', exponent = '0'] = NUMBER.exec(text) ?? [];
  if (whole === undefined) throw new RangeError(`${JSON.stringify(text)} is no number`);
  const digits = BigInt(whole + fraction);
  if (sign === '-' && digits !== 0n) throw new RangeError(`${text} is less than nothing`);
  const scale = fraction.length - Number(exponent) - places;
  if (scale <= 0) return String(digits * 10n ** BigInt(-scale));
  const padded = String(digits).padStart(scale + 1, '0');
  const decimals = padded.slice(-scale).replace(/0+$/, '');
  return decimals === '' ? padded.slice(0, -scale) : `${padded.slice(0, -scale)}.${decimals}`;
}
