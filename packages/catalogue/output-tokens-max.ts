import * as openAiModels from 'gpt-tokenizer/models';

/**
 * The longest answers of Anthropic's older models, whose APIs refuse a `max_tokens` above them; by the beginning of
 * their names. From Anthropic's models overview. Newer models take all that the gateway asks for.
 */
const anthropicAnswers: readonly (readonly [prefix: string, tokens: number])[] = [
  ['claude-v1', 4_096],
  ['claude-2', 4_096],
  ['claude-3-haiku', 4_096],
  ['claude-3-sonnet', 4_096],
  ['claude-3-opus', 4_096],
  ['claude-3-5', 8_192],
];

const openAiAnswers = new Map<string, unknown>(
  Object.entries(openAiModels).map(([id, model]) => [id, 'max_output_tokens' in model ? model.max_output_tokens : 0]),
);

/**
 * The most tokens a model can answer with; 0: not known. OpenAI's come from the model data of gpt-tokenizer, since the
 * price catalogue has none.
 */
export function outputTokensMax(catalogueId: string, modelId: string): number {
  if (catalogueId === 'anthropic') return anthropicAnswers.find(([prefix]) => modelId.startsWith(prefix))?.[1] ?? 0;
  if (catalogueId !== 'openai') return 0;
  const tokens = openAiAnswers.get(modelId);
  return typeof tokens === 'number' && Number.isSafeInteger(tokens) && tokens > 0 ? tokens : 0;
}
