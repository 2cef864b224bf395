import type { Figure } from '../measure/statistics.ts';

/** `1.24 (1.20–1.31)`: the median of the rounds and how far they lie apart. */
export function figureText(figure: Figure, decimals: number): string {
  const [median, min, max] = [figure.median, figure.min, figure.max].map((value) => value.toFixed(decimals));
  return figure.rounds.length === 1 ? `${median}` : `${median} (${min}–${max})`;
}
