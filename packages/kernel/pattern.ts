/**
 * Whether names fit a pattern, in which each `*` stands for any characters: `gpt-*`, `anthropic/*`. An empty pattern fits every
 * name.
 */
export function compilePattern(pattern: string): (name: string) => boolean {
  if (pattern === '' || pattern === '*') return () => true;
  if (!pattern.includes('*')) return (name) => name === pattern;
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop() ?? '';
  return (name) => {
    if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
    // No backtracking: each part is best found as early as it can be.
    const end = name.length - last.length;
    let from = first.length;
    for (const part of rest) {
      const at = name.indexOf(part, from);
      if (at < 0 || at + part.length > end) return false;
      from = at + part.length;
    }
    return true;
  };
}
