import { type ModelTraits as ClaudeTraits, traitsOf as claudeTraitsOf } from '../anthropic-messages/model-traits.ts';

/** What a model on Bedrock takes of a request. Amazon refuses the rest with 400. */
export interface ModelTraits {
  /** What Anthropic's models take; null: the model is another maker's. */
  readonly claude: ClaudeTraits | null;
  /** How it is told to think: by Claude's fields, Nova's, OpenAI's effort alone or in an object. `none`: it cannot be told. */
  readonly thinking: 'claude' | 'nova' | 'effort' | 'nested-effort' | 'none';
  /** `toolChoice` that makes it call a tool: a certain one as well, any one, or neither. */
  readonly forcedTools: 'tool' | 'any' | 'none';
  /** `outputConfig.textFormat`, and strict tools. */
  readonly takesOutputFormat: boolean;
  /** `cachePoint` blocks; among tools, too. */
  readonly cachePoints: 'all' | 'no-tools' | 'none';
  /** How the additional fields name it; null: it takes none. */
  readonly topK: ((topK: number) => Readonly<Record<string, unknown>>) | null;
  /** `temperature` and `topP`. */
  readonly takesSampling: boolean;
  readonly takesStop: boolean;
  /** Whether a tool's result may say that the tool failed. */
  readonly takesResultStatus: boolean;
  /** Whether a document may have a context, and its citations be asked for. */
  readonly takesCitations: boolean;
  /** An answer that the client has begun. */
  readonly takesPrefill: boolean;
  /** Signed thoughts of its own are taken back. */
  readonly takesThoughts: boolean;
  /** Ids of calls are nine letters or digits. */
  readonly hasShortCallIds: boolean;
}

/** A model behind an ARN that names none: nothing is known against anything that all models may have. */
const unknown: ModelTraits = {
  claude: null,
  thinking: 'none',
  forcedTools: 'tool',
  takesOutputFormat: true,
  cachePoints: 'all',
  topK: null,
  takesSampling: true,
  takesStop: true,
  takesResultStatus: true,
  takesCitations: true,
  takesPrefill: true,
  takesThoughts: true,
  hasShortCallIds: false,
};

const other: ModelTraits = {
  ...unknown,
  takesOutputFormat: false,
  cachePoints: 'none',
  takesResultStatus: false,
  takesCitations: false,
  takesPrefill: false,
  takesThoughts: false,
};
const openWeights: ModelTraits = { ...other, takesOutputFormat: true };
const nova: ModelTraits = {
  ...other,
  cachePoints: 'no-tools',
  takesResultStatus: true,
  takesPrefill: true,
  topK: (topK) => ({ inferenceConfig: { topK } }),
};
const gptOss: ModelTraits = { ...openWeights, thinking: 'effort', takesStop: false };

/** By makers, as they stand in the models' names. The sources are in README.md. */
const makers: readonly (readonly [name: RegExp, traits: ModelTraits])[] = [
  [/(?:^|[./:])amazon\.nova-2/, { ...nova, thinking: 'nova' }],
  [/(?:^|[./:])amazon\.nova/, nova],
  [/(?:^|[./:])openai\.gpt-oss/, gptOss],
  [/(?:^|[./:])openai\./, { ...gptOss, thinking: 'nested-effort', takesSampling: false }],
  [
    /(?:^|[./:])mistral\./,
    { ...openWeights, forcedTools: 'any', hasShortCallIds: true, topK: (topK) => ({ top_k: topK }) },
  ],
  [/(?:^|[./:])(?:meta|ai21|amazon|writer|stability|luma)\./, { ...other, forcedTools: 'none' }],
  [/(?:^|[./:])cohere\./, { ...other, forcedTools: 'none', topK: (topK) => ({ k: topK }) }],
  [/(?:^|[./:])(?:qwen|deepseek|google|minimax|moonshot|moonshotai|nvidia|zai)\./, openWeights],
];

/** By a model's id, its inference profile, or its ARN. */
export function traitsOf(model: string): ModelTraits {
  const name = model.toLowerCase();
  if (name.includes('anthropic.')) return claudeOnBedrock(claudeTraitsOf(name));
  return makers.find(([pattern]) => pattern.test(name))?.[1] ?? unknown;
}

/**
 * Bedrock checks Anthropic's fields by a list of its own, which has no output format and no strict tools for the models that
 * think by effort alone.
 */
function claudeOnBedrock(claude: ClaudeTraits): ModelTraits {
  return {
    ...unknown,
    claude,
    thinking: 'claude',
    takesPrefill: claude.takesPrefill,
    forcedTools: claude.takesForcedTools ? 'tool' : 'none',
    takesOutputFormat: claude.takesOutputFormat && claude.thinking !== 'adaptive',
    topK: (topK) => ({ top_k: topK }),
  };
}
