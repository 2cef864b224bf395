import type { RoutedModel } from '#contracts/router.ts';

const SECOND_MS = 1_000;

/** A model as OpenAI's SDKs read it. */
export function openAiModel({ id, createdAtS, ownedBy }: RoutedModel) {
  return { id, object: 'model', created: createdAtS, owned_by: ownedBy };
}

/** A model as Anthropic's SDKs read it. What the gateway does not know of a model is null. */
export function anthropicModel({ id, createdAtS }: RoutedModel) {
  return {
    type: 'model',
    id,
    display_name: id,
    created_at: new Date(createdAtS * SECOND_MS).toISOString().replace('.000Z', 'Z'),
    lifecycle: 'active',
    deprecated_at: null,
    retires_at: null,
    line: null,
    capabilities: null,
    max_input_tokens: null,
    max_tokens: null,
  };
}
