import type { Refusal } from '#errors/error-table.ts';
import { isJsonObject, type JsonObject } from '#kernel/json.ts';
import { isGiven, notPriced, wrongType } from '../../ask/problems.ts';
import type { Unit } from '../../units.ts';
import type { Usage } from '../../usage.ts';

/** Fields that ask for what no unit counts, or for what nothing bounds. */
const unpricedFields: Readonly<Record<string, string>> = {
  search_parameters: 'a search is charged by the source it reads',
  enable_search: 'a search is charged by the call',
  web_search: 'a search is charged by the call',
  'web-search': 'a search is charged by the call',
  plugins: 'plugins are charged by the call',
  models: 'a model that a provider falls back on has a price of its own',
  fallbacks: 'a model that a provider falls back on has a price of its own',
  // vLLM and its kin render the prompt by it, loops and all.
  chat_template: 'a template of the client can make the prompt any length',
};

export const unpricedFieldNames: readonly string[] = Object.keys(unpricedFields);

/** Kinds of content whose cost the prompt's bound covers. Anything else may stand for tokens that are not in the body. */
const pricedParts = new Set(['text', 'refusal', 'image_url', 'input_audio', 'file']);

/** Other content by its field: providers there are that go by what a part holds and not by its type. */
const foreignPartFields: ReadonlySet<string> = new Set([
  ...['audio_url', 'audio', 'video_url', 'video', 'input_file', 'document', 'image', 'input_image', 'image_embeds'],
]);

export const foreignPartNames: readonly string[] = [...foreignPartFields];

/** Units of what can be answered with. */
const unitOfModality: Readonly<Record<string, Unit | null>> = {
  text: null,
  audio: 'audio_output',
  image: 'image_output',
};

/** The longest name of a tier. */
const TIER_MAX_CHARACTERS = 64;

/**
 * The most searches of the web that an answer makes: OpenAI's search models make one before they answer, others make a few.
 */
const SEARCHES_MAX = 5;

/** What a request asks for that is priced by units of its own. */
export interface Features {
  readonly otherUnits: readonly Unit[];
  /** Of one choice. */
  readonly counts: Usage;
  /** Searches put what they found before the model. */
  readonly searches: number;
  readonly serviceTier: string;
}

/**
 * What a request asks for beside text, or the refusal of what would cost money that no price covers. `messages` are of a
 * checked shape.
 */
export function readFeatures(
  body: JsonObject,
  messages: readonly JsonObject[],
): { readonly features: Features } | { readonly refusal: Refusal } {
  const otherUnits = new Set<Unit>();
  const refusal =
    unpricedField(body) ??
    modalityProblem(body, otherUnits) ??
    tierProblem(body['service_tier']) ??
    hostedTool(body['tools']) ??
    contentProblem(messages, otherUnits);
  if (refusal !== undefined) return { refusal };
  const searches = isGiven(body['web_search_options']) ? SEARCHES_MAX : 0;
  if (searches > 0) otherUnits.add('search');
  return {
    features: {
      otherUnits: [...otherUnits],
      counts: searches > 0 ? { search: searches } : {},
      searches,
      serviceTier: tierAsked(body['service_tier']),
    },
  };
}

/** The refusal of a field that asks for what nothing counts or bounds; undefined: there is none. */
export function unpricedField(body: JsonObject): Refusal | undefined {
  for (const [field, why] of Object.entries(unpricedFields)) {
    if (isGiven(body[field])) return notPriced(field, why);
  }
  return undefined;
}

function modalityProblem(body: JsonObject, otherUnits: Set<Unit>): Refusal | undefined {
  const { modalities } = body;
  // How the sound is to be says that there is one.
  if (isGiven(body['audio'])) otherUnits.add('audio_output');
  if (!isGiven(modalities)) return undefined;
  if (!Array.isArray(modalities)) return wrongType('modalities', 'an array of strings', modalities);
  for (const modality of modalities) {
    const name = String(modality);
    const unit = Object.hasOwn(unitOfModality, name) ? unitOfModality[name] : undefined;
    if (unit === undefined) return notPriced('modalities', `"${name.slice(0, TIER_MAX_CHARACTERS)}" has no price here`);
    if (unit !== null) otherUnits.add(unit);
  }
  return undefined;
}

export function tierProblem(tier: unknown): Refusal | undefined {
  if (tier === undefined || tier === null) return undefined;
  if (typeof tier !== 'string' || tier.length > TIER_MAX_CHARACTERS)
    return wrongType('service_tier', 'a short string', tier);
  return undefined;
}

/** Where it is left to the provider, none is asked for. */
export function tierAsked(tier: unknown): string {
  return typeof tier === 'string' && tier !== 'auto' ? tier : '';
}

function hostedTool(tools: unknown): Refusal | undefined {
  if (!Array.isArray(tools)) return undefined;
  if (tools.every((tool) => tool.type === 'function' || tool.type === 'custom')) return undefined;
  return notPriced('tools', 'tools that the provider runs are charged by the call; send function or custom tools');
}

function contentProblem(messages: readonly JsonObject[], otherUnits: Set<Unit>): Refusal | undefined {
  for (const [at, message] of messages.entries()) {
    // An earlier answer of the model, in sound.
    if (isGiven(message['audio'])) otherUnits.add('audio_input');
    if (!Array.isArray(message['content'])) continue;
    for (const [place, part] of message['content'].entries()) {
      const field = unpricedFieldOf(part);
      const param = `messages[${at}].content[${place}]`;
      if (field !== undefined)
        return notPriced(`${param}.${field}`, `only ${[...pricedParts].join(', ')} have a price here`);
      if (part.type === 'input_audio' || isGiven(part.input_audio)) otherUnits.add('audio_input');
      const file = isJsonObject(part.file) ? part.file : {};
      if (isGiven(file['file_id']))
        return notPriced(`${param}.file.file_id`, 'the length of an uploaded file is not known');
    }
  }
  return undefined;
}

/** The field by which a part is something without a price. */
function unpricedFieldOf(part: JsonObject): string | undefined {
  if (!pricedParts.has(String(part['type']))) return 'type';
  for (const field in part) if (foreignPartFields.has(field) && isGiven(part[field])) return field;
  return undefined;
}
