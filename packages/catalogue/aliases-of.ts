import type { MatchLogic } from '@pydantic/genai-prices';

/**
 * The names that mean a model exactly. Rules by prefix, part or pattern are left out on purpose: a model that merely
 * looks like another may cost more than it, and is refused rather than priced by a guess.
 */
export function aliasesOf(match: MatchLogic): string[] {
  if ('equals' in match) return [match.equals];
  if ('or' in match) return match.or.flatMap(aliasesOf);
  return [];
}
