/** All of something. */
export const WHOLE_BASIS_POINTS = 10_000;

const PERCENT = /^(\d{1,3})(?:\.(\d{1,2}))?$/;

/** A share of 0 to 100 percent with at most two decimals ("2.5"), in parts of ten thousand; undefined: the text is none. */
export function parsePercent(text: string): number | undefined {
  const [, whole = '', decimals = ''] = PERCENT.exec(text) ?? [];
  if (whole === '') return undefined;
  const basisPoints = Number(whole) * 100 + Number(decimals.padEnd(2, '0'));
  return basisPoints > WHOLE_BASIS_POINTS ? undefined : basisPoints;
}
