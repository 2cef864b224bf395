/** Says whether a text fits at least one of some patterns. */
export type Patterns = (text: string) => boolean;

/** Compiles patterns in which `*` stands for any characters, also for none. A call of the result allocates nothing. */
export function compilePatterns(patterns: readonly string[]): Patterns {
  const names = new Set(patterns.filter((pattern) => !pattern.includes('*')));
  const globs = patterns.filter((pattern) => pattern.includes('*'));
  return (text) => {
    if (names.has(text)) return true;
    for (const glob of globs) if (fits(glob, text)) return true;
    return false;
  };
}

/**
 * Only the last `*` is ever tried again, so that the time is at most the product of both lengths. A regular expression with
 * many `.*` can take exponentially longer.
 */
function fits(glob: string, text: string): boolean {
  let at = 0;
  let lastStar = -1;
  let retryFrom = 0;
  let index = 0;
  while (index < text.length) {
    // A `*` in the pattern is never a character of the text: it is looked at first.
    if (glob[at] === '*') {
      lastStar = at;
      retryFrom = index;
      at += 1;
    } else if (glob[at] === text[index]) {
      at += 1;
      index += 1;
    } else if (lastStar >= 0) {
      at = lastStar + 1;
      retryFrom += 1;
      index = retryFrom;
    } else {
      return false;
    }
  }
  while (glob[at] === '*') at += 1;
  return at === glob.length;
}
