import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { asArray, asObject, isJsonObject, type JsonObject } from '#kernel/json.ts';
import { conversationKey } from '../../ask/conversation-key.ts';
import { spellingProblem } from '../../ask/field-spelling.ts';
import { needsOfModel } from '../../ask/needs-of-model.ts';
import {
  countProblem,
  modelProblem,
  notPriced,
  OUTPUT_TOKENS_MAX,
  objectProblem,
  objectsProblem,
} from '../../ask/problems.ts';
import type { Asked } from '../../asked.ts';
import type { Addressed } from '../../format.ts';
import type { Unit } from '../../units.ts';
import { noUsage } from '../../usage.ts';
import { contentsProblem } from './contents-problem.ts';
import { doubledProblem, fieldOf } from './fields.ts';
import { promptBound } from './prompt-bound.ts';
import { generationFields, requestFields, topFields } from './request-fields.ts';

/** More than the API takes (8). */
const CHOICES_MAX = 128;

/** Names of `tools` that hold functions of the client's; all others are run by the provider. */
const clientTools: ReadonlySet<string> = new Set(['functionDeclarations', 'function_declarations']);

/** What admission must know of a request of Gemini's, or what is wrong with it. The model stands in its URL. */
export function askGemini(
  body: JsonObject,
  bodyBytes: number,
  addressed: Addressed = { model: '', isStream: false },
): { readonly asked: Asked } | { readonly refusal: Refusal } {
  const config = asObject(fieldOf(body, 'generationConfig'));
  const refusal = shapeProblem(body, config, addressed) ?? unpricedProblem(body);
  if (refusal !== undefined) return { refusal };
  const bound = promptBound(body, bodyBytes);
  if ('refusal' in bound) return bound;
  const { held, tokens, estimate } = bound;
  return {
    asked: {
      model: addressed.model,
      stream: addressed.isStream,
      outputTokensRequested: Number(fieldOf(config, 'maxOutputTokens') ?? 0),
      choices: Number(fieldOf(config, 'candidateCount') ?? 1),
      hasOutput: true,
      promptTokensBound: tokens,
      promptTokensEstimate: estimate,
      otherUnits: otherUnits(config, held.sounds),
      counts: noUsage,
      serviceTier: tierOf(body),
      tellsCost: false,
      ...needsOfModel(held, {
        tools: asArray(body['tools']).length > 0,
        structured_output: isStructured(config),
        reasoning: isThinking(config),
      }),
      conversationKey: conversationKeyOf(body),
      // Signatures are the model's, and any account takes them back.
    },
  };
}

function shapeProblem(body: JsonObject, config: JsonObject | null, { model }: Addressed): Refusal | undefined {
  return (
    doubledProblem(body, topFields) ??
    spellingProblem(body, requestFields) ??
    modelProblem(model) ??
    objectProblem('generationConfig', fieldOf(body, 'generationConfig')) ??
    objectProblem('systemInstruction', systemObject(body)) ??
    objectsProblem('tools', body['tools']) ??
    contentsProblem(body['contents'], fieldOf(body, 'systemInstruction')) ??
    (config === null ? undefined : configProblem(config))
  );
}

/** The instruction may be a text where an SDK was asked for one. */
function systemObject(body: JsonObject): unknown {
  const system = fieldOf(body, 'systemInstruction');
  return typeof system === 'string' ? undefined : system;
}

function configProblem(config: JsonObject): Refusal | undefined {
  return (
    doubledProblem(config, generationFields, 'generationConfig.') ??
    countProblem('generationConfig.maxOutputTokens', fieldOf(config, 'maxOutputTokens'), OUTPUT_TOKENS_MAX) ??
    countProblem('generationConfig.candidateCount', fieldOf(config, 'candidateCount'), CHOICES_MAX)
  );
}

/** What the provider would run by itself, as often as it likes, and what belongs to its account. */
function unpricedProblem(body: JsonObject): Refusal | undefined {
  if (fieldOf(body, 'cachedContent') !== undefined) {
    return invalid("Cached content belongs to a provider's account: send the contents.", 'cachedContent');
  }
  for (const [at, tool] of asArray(body['tools']).entries()) {
    const name = Object.keys(tool as JsonObject).find((each) => !clientTools.has(each));
    if (name !== undefined) return notPriced(`tools[${at}].${name}`, 'nothing bounds how often the model uses it');
  }
  return undefined;
}

function otherUnits(config: JsonObject | null, sounds: number): readonly Unit[] {
  const modalities = asArray(fieldOf(config, 'responseModalities')).map((each) => String(each).toUpperCase());
  const units: Unit[] = [];
  if (sounds > 0) units.push('audio_input');
  if (modalities.includes('AUDIO')) units.push('audio_output');
  if (modalities.includes('IMAGE')) units.push('image_output');
  return units;
}

function tierOf(body: JsonObject): string {
  const tier = fieldOf(body, 'serviceTier');
  return typeof tier === 'string' && tier.toLowerCase() !== 'standard' ? tier.toLowerCase() : '';
}

function isStructured(config: JsonObject | null): boolean {
  return fieldOf(config, 'responseSchema') !== undefined || fieldOf(config, 'responseJsonSchema') !== undefined;
}

function isThinking(config: JsonObject | null): boolean {
  const thinking = asObject(fieldOf(config, 'thinkingConfig'));
  if (thinking === null) return false;
  return fieldOf(thinking, 'thinkingBudget') !== 0;
}

function conversationKeyOf(body: JsonObject): string | undefined {
  const messages = asArray(body['contents']).map((value) => {
    const content = asObject(value);
    return { role: content?.['role'] === 'model' ? 'assistant' : 'user', content: content?.['parts'] };
  });
  const system = fieldOf(body, 'systemInstruction');
  return conversationKey({ system: isJsonObject(system) ? system['parts'] : system, messages });
}
