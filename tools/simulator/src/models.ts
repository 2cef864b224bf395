/** Names that a price catalogue knows, so that a gateway can bill them; every other name is answered as well. */
const models = [
  { id: 'gpt-4o-mini', owner: 'openai' },
  { id: 'gpt-4o', owner: 'openai' },
  { id: 'gpt-4.1', owner: 'openai' },
  { id: 'gpt-4.1-mini', owner: 'openai' },
  { id: 'claude-sonnet-4-6', owner: 'anthropic' },
  { id: 'claude-haiku-4-5', owner: 'anthropic' },
] as const;

/** The models never change; this is the first day of 2026, in seconds as OpenAI has it. */
const CREATED_AT_S = 1_767_225_600;

/** `GET /v1/models` as OpenAI answers it. */
export function openAiModelsBody(): string {
  const data = models.map(({ id, owner }) => ({ id, object: 'model', created: CREATED_AT_S, owned_by: owner }));
  return JSON.stringify({ object: 'list', data });
}

/** `GET /v1/models` as Anthropic answers it: its own models only, all on one page. */
export function anthropicModelsBody(): string {
  const data = models
    .filter(({ owner }) => owner === 'anthropic')
    .map(({ id }) => ({
      type: 'model',
      id,
      display_name: id,
      created_at: new Date(CREATED_AT_S * 1000).toISOString(),
    }));
  return JSON.stringify({ data, has_more: false, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null });
}
