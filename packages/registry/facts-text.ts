import type { ModelFacts } from '#catalogue/model-facts.ts';

/** What an operator reads of a model beside where it goes, a line each; what is not known is left out. */
export function factsText(facts: ModelFacts): readonly string[] {
  const { contextTokens, outputTokensMax, inputModalities, outputModalities, capabilities } = facts;
  const bounds = [
    ...(contextTokens > 0 ? [`takes ${contextTokens} tokens`] : []),
    ...(outputTokensMax > 0 ? [`answers with ${outputTokensMax} at most`] : []),
  ];
  const kinds = [
    ...(inputModalities.length > 0 ? [`takes ${inputModalities.join(', ')}`] : []),
    ...(outputModalities.length > 0 ? [`gives ${outputModalities.join(', ')}`] : []),
  ];
  const end = endText(facts);
  return [
    ...(bounds.length > 0 ? [`it ${bounds.join(' and ')}`] : []),
    ...(kinds.length > 0 ? [`it ${kinds.join(' and ')}`] : []),
    ...(capabilities.length > 0 ? [`it can do ${capabilities.join(', ')}`] : []),
    ...(end === '' ? [] : [`it ${end}`]),
  ];
}

/** When a model ends and what to use instead; empty: nothing is known of that. */
export function endText({ deprecatedAtMs, retiresAtMs, successor }: ModelFacts): string {
  const parts = [
    ...(retiresAtMs === undefined ? [] : [`ends on ${dayOf(retiresAtMs)}`]),
    ...(retiresAtMs === undefined && deprecatedAtMs !== undefined
      ? [`is deprecated since ${dayOf(deprecatedAtMs)}`]
      : []),
  ];
  if (successor === undefined) return parts.join('');
  return parts.length === 0 ? `has a successor: ${successor}` : `${parts.join('')}; use ${successor} instead`;
}

function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}
