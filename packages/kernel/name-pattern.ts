/** A name in which each "*" stands for any characters, none included. */
export interface NamePattern {
  readonly text: string;
  readonly isExact: boolean;
  /** Allocates nothing. */
  fits(name: string): boolean;
  /** The characters that the stars stand for, in order; undefined: the name does not fit. */
  match(name: string): readonly string[] | undefined;
}

/**
 * Reads a pattern. A star stands for as few characters as it can, the last one for the rest; so a match takes one pass, whatever
 * an operator and a client write.
 */
export function namePattern(text: string): NamePattern {
  const [first = '', ...others] = text.split('*');
  const last = others.pop();
  if (last === undefined) {
    return { text, isExact: true, fits: (name) => name === text, match: (name) => (name === text ? [] : undefined) };
  }
  const walk = (name: string, captures?: string[]): boolean => {
    const end = name.length - last.length;
    if (end < first.length || !name.startsWith(first) || !name.endsWith(last)) return false;
    let from = first.length;
    for (const piece of others) {
      const at = name.indexOf(piece, from);
      if (at === -1 || at + piece.length > end) return false;
      captures?.push(name.slice(from, at));
      from = at + piece.length;
    }
    captures?.push(name.slice(from, end));
    return true;
  };
  return {
    text,
    isExact: false,
    fits: (name) => walk(name),
    match(name) {
      const captures: string[] = [];
      return walk(name, captures) ? captures : undefined;
    },
  };
}

/** A name with each "*" replaced by what it stands for; one star too many stands for what the last one does. */
export function fillStars(text: string, captures: readonly string[]): string {
  let next = 0;
  return text.replaceAll('*', () => captures[Math.min(next++, captures.length - 1)] ?? '*');
}

export interface PatternMatch<T> {
  readonly value: T;
  readonly pattern: NamePattern;
  readonly captures: readonly string[];
}

/** Finds the most specific of several patterns: an exact one, then the one with the most characters beside its stars. */
export function patternIndex<T extends { readonly id: string }>(
  values: Iterable<T>,
): (name: string) => PatternMatch<T> | undefined {
  const exact = new Map<string, PatternMatch<T>>();
  const wild: { readonly value: T; readonly pattern: NamePattern }[] = [];
  for (const value of values) {
    const pattern = namePattern(value.id);
    if (pattern.isExact) exact.set(value.id, { value, pattern, captures: [] });
    else wild.push({ value, pattern });
  }
  wild.sort((a, b) => literalChars(b.pattern) - literalChars(a.pattern) || (a.value.id < b.value.id ? -1 : 1));

  return (name) => {
    const found = exact.get(name);
    if (found !== undefined) return found;
    for (const { value, pattern } of wild) {
      const captures = pattern.match(name);
      if (captures !== undefined) return { value, pattern, captures };
    }
    return undefined;
  };
}

function literalChars({ text }: NamePattern): number {
  return text.replaceAll('*', '').length;
}
