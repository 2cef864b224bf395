import type { Refusal } from '#errors/error-table.ts';
import type { JsonObject } from '#kernel/json.ts';

/** A field that asks for something the price book has no price for, so that no hold could bound its cost. */
interface UnpricedField {
  readonly field: string;
  readonly isAsked: (value: unknown) => boolean;
  readonly why: string;
}

const unpricedFields: readonly UnpricedField[] = [
  {
    field: 'web_search_options',
    isAsked: isGiven,
    why: 'a web search is charged by the call and adds text of unknown length',
  },
  { field: 'search_parameters', isAsked: isGiven, why: 'a search is charged by the source it reads' },
  { field: 'enable_search', isAsked: isGiven, why: 'a search is charged by the call' },
  { field: 'web_search', isAsked: isGiven, why: 'a search is charged by the call' },
  { field: 'web-search', isAsked: isGiven, why: 'a search is charged by the call' },
  { field: 'plugins', isAsked: isGiven, why: 'plugins are charged by the call' },
  { field: 'models', isAsked: isGiven, why: 'a model that a provider falls back on has a price of its own' },
  { field: 'fallbacks', isAsked: isGiven, why: 'a model that a provider falls back on has a price of its own' },
  // vLLM and its kin render the prompt by it, loops and all.
  { field: 'chat_template', isAsked: isGiven, why: 'a template of the client can make the prompt any length' },
  { field: 'audio', isAsked: isGiven, why: 'audio has prices of its own' },
  { field: 'modalities', isAsked: asksForMoreThanText, why: 'only text has a price here' },
  {
    field: 'service_tier',
    isAsked: asksForOtherTier,
    why: 'tiers have prices of their own; leave it out, or send "auto" or "default"',
  },
  // Rejected prediction tokens are charged as output and max_completion_tokens does not bound them.
  {
    field: 'prediction',
    isAsked: isGiven,
    why: 'tokens of a prediction are charged beyond the output that was asked for',
  },
  {
    field: 'tools',
    isAsked: hasHostedTool,
    why: 'tools that the provider runs are charged by the call; send function or custom tools',
  },
];

export const unpricedFieldNames: readonly string[] = unpricedFields.map(({ field }) => field);

/** Kinds of content whose cost the prompt's bound covers. Anything else may stand for tokens that are not in the body. */
const pricedParts = new Set(['text', 'refusal', 'image_url']);

/** Other content by its field: providers there are that go by what a part holds and not by its type. */
const unpricedPartFields: ReadonlySet<string> = new Set([
  ...['input_audio', 'audio_url', 'audio', 'video_url', 'video'],
  ...['file', 'input_file', 'document', 'image', 'input_image', 'image_embeds'],
]);

export const unpricedPartNames: readonly string[] = [...unpricedPartFields];

/**
 * Refuses what would cost money that no price covers; undefined where everything asked for is priced. `messages` are of
 * a checked shape.
 */
export function unpricedFeature(body: JsonObject, messages: readonly JsonObject[]): Refusal | undefined {
  for (const { field, isAsked, why } of unpricedFields) {
    if (isAsked(body[field])) return notPriced(field, why);
  }
  for (const [at, message] of messages.entries()) {
    const refusal = unpricedInMessage(message, `messages[${at}]`);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function unpricedInMessage(message: JsonObject, param: string): Refusal | undefined {
  if (isGiven(message['audio'])) return notPriced(`${param}.audio`, 'audio has prices of its own');
  if (!Array.isArray(message['content'])) return undefined;
  for (const [at, part] of message['content'].entries()) {
    const field = unpricedFieldOf(part);
    if (field !== undefined) {
      return notPriced(`${param}.content[${at}].${field}`, `only ${[...pricedParts].join(', ')} have a price here`);
    }
  }
  return undefined;
}

/** The field by which a part is something without a price. */
function unpricedFieldOf(part: JsonObject): string | undefined {
  if (!pricedParts.has(String(part['type']))) return 'type';
  for (const field in part) if (unpricedPartFields.has(field) && isGiven(part[field])) return field;
  return undefined;
}

function isGiven(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false;
  return !(Array.isArray(value) && value.length === 0);
}

function asksForMoreThanText(value: unknown): boolean {
  return isGiven(value) && !(Array.isArray(value) && value.every((modality) => modality === 'text'));
}

function asksForOtherTier(value: unknown): boolean {
  return isGiven(value) && value !== 'auto' && value !== 'default';
}

function hasHostedTool(tools: unknown): boolean {
  if (!Array.isArray(tools)) return false;
  return tools.some((tool) => tool.type !== 'function' && tool.type !== 'custom');
}

function notPriced(param: string, why: string): Refusal {
  return {
    code: 'feature_not_priced',
    message: `'${param}' asks for something this gateway cannot bill exactly: ${why}.`,
    param,
  };
}
