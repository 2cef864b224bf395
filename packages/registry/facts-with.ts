import type { Capability } from '#ai/asked.ts';
import type { ModelFacts } from '#catalogue/model-facts.ts';
import type { ResourceOf } from './kinds.ts';

const nothing: ModelFacts = {
  contextTokens: 0,
  outputTokensMax: 0,
  inputModalities: [],
  outputModalities: [],
  capabilities: [],
};

/** What is known of a model: what an operator says of it, and where they say nothing, the catalogue. */
export function factsWith(model: ResourceOf<'model'> | undefined, known: ModelFacts | undefined): ModelFacts {
  const facts = known ?? nothing;
  if (model === undefined) return facts;
  return {
    contextTokens: model.contextTokens || facts.contextTokens,
    outputTokensMax: model.outputTokensMax || facts.outputTokensMax,
    inputModalities: said(model.inputModalities, facts.inputModalities),
    outputModalities: said(model.outputModalities, facts.outputModalities),
    capabilities: said<Capability>(model.capabilities, facts.capabilities),
    deprecatedAtMs: timeOf(model.deprecatedAt) ?? facts.deprecatedAtMs,
    retiresAtMs: timeOf(model.retiresAt) ?? facts.retiresAtMs,
    successor: model.successor || facts.successor,
  };
}

/** The contract checks the words of the lists when they are written. */
function said<Word extends string>(words: readonly string[], otherwise: readonly Word[]): readonly Word[] {
  return words.length === 0 ? otherwise : (words as readonly Word[]);
}

function timeOf(text: string): number | undefined {
  const timeMs = Date.parse(text);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}
