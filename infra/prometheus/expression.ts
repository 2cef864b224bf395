/** One metric an expression asks for, with the labels it is told apart by. */
export interface Selector {
  /** As it is exposed: what a histogram is stored as ends in more. */
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}

export interface Matcher {
  readonly label: string;
  /** The alternatives of a regular expression, where it is one. */
  readonly values: readonly string[];
}

/** The gateway's metrics in a PromQL expression, with the matchers in braces behind them. */
export function selectorsIn(expression: string): Selector[] {
  return [...expression.matchAll(/\b(gateway_[a-z_]+)(?:\{([^}]*)\})?/g)].map(([, name = '', braces = '']) => ({
    metric: exposedName(name),
    matchers: [...braces.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"/g)].map(([, label = '', value = '']) => ({
      label,
      values: value.split('|'),
    })),
  }));
}

/** The labels its results are told apart by, where it adds up; else none. */
export function groupedBy(expression: string): string[] {
  return [...expression.matchAll(/\bby\s*\(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(/[\s,]+/));
}

export function exposedName(name: string): string {
  return name.replace(/_(bucket|count|sum)$/, '');
}
