type Values = Readonly<Record<string, string>>;

/** What differs from before, as a PATCH says it: `null` for what was emptied. What nobody touched stays as somebody else may have made it. */
export function changesOf(before: Values, after: Values): Record<string, string | null> {
  const changed = Object.entries(after).filter(([name, value]) => value !== (before[name] ?? ''));
  return Object.fromEntries(changed.map(([name, value]) => [name, value === '' ? null : value]));
}

/** What was filled in, for something new. */
export function givenIn(values: Values): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
}
