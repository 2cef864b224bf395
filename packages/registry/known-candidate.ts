import type { ModelCandidate } from '#contracts/quota.ts';

/** A candidate, and what it is chosen by. */
export interface KnownCandidate {
  /** With its place. */
  readonly candidate: ModelCandidate;
  /** Where its provider computes; empty: not known. */
  readonly region: string;
  /** What its model takes, and what it is able to do; empty: not known. */
  readonly modalities: readonly string[];
  readonly capabilities: readonly string[];
  /** The most tokens of one prompt, where a prompt is what a request is; 0: not known. */
  readonly promptTokensMax: number;
  /** Which model of an alias it is of, in the order of the alias. */
  readonly group: number;
}

/** The candidate with another place. What says nothing is left out. */
export function placed(
  known: KnownCandidate,
  { tier = known.candidate.tier ?? 0, weight = known.candidate.weight ?? 0 }: { tier?: number; weight?: number },
): KnownCandidate {
  const { tier: _tier, weight: _weight, ...candidate } = known.candidate;
  return {
    ...known,
    candidate: { ...candidate, ...(tier === 0 ? {} : { tier }), ...(weight === 0 ? {} : { weight }) },
  };
}

/** A provider and a model there, which is tried once, whatever names lead to it. */
export function deploymentName({ candidate: { provider, model } }: KnownCandidate): string {
  return `${provider}\n${model}`;
}

/** Each deployment once, in its first place. */
export function distinct(candidates: readonly KnownCandidate[], seen = new Set<string>()): readonly KnownCandidate[] {
  return candidates.filter((known) => {
    const name = deploymentName(known);
    return !seen.has(name) && seen.add(name);
  });
}

/** In the order of tiers; equal ones as they are. */
export function byTier(candidates: readonly KnownCandidate[]): readonly KnownCandidate[] {
  return candidates.toSorted((a, b) => (a.candidate.tier ?? 0) - (b.candidate.tier ?? 0));
}
