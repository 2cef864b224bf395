import type { MatchLogic } from '@pydantic/genai-prices';

/** How providers name a snapshot of a model: `…-20250929`, `…-2024-08-06`, `…@20250929`, `…-latest`. */
const snapshotSuffix = /[-@](\d{8}|\d{4}-\d{2}-\d{2}|latest)$/;

/**
 * Whether `name` is a dated snapshot that one of the catalogue's rules counts to the model. A prefix rule alone would
 * take in models that merely begin alike (`claude-sonnet-4-5-turbo`), which may cost more; what follows the prefix must
 * be a date and nothing else.
 */
export function isSnapshotOf(match: MatchLogic, name: string): boolean {
  const base = name.replace(snapshotSuffix, '');
  return base !== name && isCounted(match, name, base);
}

function isCounted(match: MatchLogic, name: string, base: string): boolean {
  if ('or' in match) return match.or.some((rule) => isCounted(rule, name, base));
  if ('starts_with' in match) return name.startsWith(match.starts_with) && base.length <= match.starts_with.length;
  // The rule may hold the mark before the date: `claude-opus-5@`.
  if ('contains' in match) return match.contains.replace(/@$/, '') === base;
  if ('regex' in match) return new RegExp(match.regex).test(name);
  return 'equals' in match && match.equals === name;
}
