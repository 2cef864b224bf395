import { namePattern } from './name-pattern.ts';

/** Says whether a text fits at least one of some patterns. */
export type Patterns = (text: string) => boolean;

/** Compiles patterns in which `*` stands for any characters, also for none. A call of the result allocates nothing. */
export function compilePatterns(patterns: readonly string[]): Patterns {
  const names = new Set(patterns.filter((pattern) => !pattern.includes('*')));
  const wild = patterns.filter((pattern) => pattern.includes('*')).map(namePattern);
  return (text) => {
    if (names.has(text)) return true;
    for (const pattern of wild) if (pattern.fits(text)) return true;
    return false;
  };
}
