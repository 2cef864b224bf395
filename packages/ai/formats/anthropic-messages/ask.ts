import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { asArray, isJsonObject, type JsonObject } from '#kernel/json.ts';
import type { Asked } from '../../asked.ts';
import { noUsage } from '../../usage.ts';
import { messagesProblem, wrongType } from './messages-problem.ts';
import { promptBound } from './prompt-bound.ts';
import { isRefusal, type ToolCost, toolCost } from './server-tools.ts';
import { unpricedField } from './unpriced-fields.ts';

const MODEL_MAX_CHARACTERS = 256;
/** What the contract's 32 bits hold, and more than any model writes. */
const OUTPUT_TOKENS_MAX = 2 ** 31 - 1;

const tiers: ReadonlySet<unknown> = new Set(['auto', 'standard_only']);
const speeds: ReadonlySet<unknown> = new Set(['standard', 'fast']);

/** What admission must know of a Messages request, or what is wrong with it. `null` stands for a field left out. */
export function askMessages(
  body: JsonObject,
  bodyBytes: number,
): { readonly asked: Asked } | { readonly refusal: Refusal } {
  const { model, messages, max_tokens: maxTokens, stream = null, tools = null } = body;
  const refusal =
    modelProblem(model) ??
    boundProblem(maxTokens) ??
    messagesProblem(messages, body['system']) ??
    (stream === null || typeof stream === 'boolean' ? undefined : wrongType('stream', 'a boolean', stream)) ??
    toolsProblem(tools) ??
    choiceProblem('service_tier', body['service_tier'], tiers) ??
    choiceProblem('speed', body['speed'], speeds) ??
    unpricedField(body);
  if (refusal !== undefined) return { refusal };
  const costs: ToolCost[] = [];
  for (const [at, tool] of asArray(tools).entries()) {
    const cost = toolCost(tool as JsonObject, `tools[${at}]`);
    if (isRefusal(cost)) return { refusal: cost };
    costs.push(cost);
  }
  const bound = promptBound(body, bodyBytes, costs);
  const searches = costs.reduce((sum, cost) => sum + cost.searches, 0);
  return {
    asked: {
      model: String(model),
      stream: stream === true,
      // Nothing is written for a bound of 0, which only fills the provider's cache.
      outputTokensRequested: Math.max(1, Number(maxTokens)),
      choices: 1,
      hasOutput: true,
      promptTokensBound: bound.tokens,
      promptTokensEstimate: bound.estimate,
      otherUnits: [],
      counts: searches > 0 ? { search: searches } : noUsage,
      serviceTier: tierOf(body),
      tellsCost: false,
    },
  };
}

/** Speed has prices of its own. `standard_only` rules out every tier but the usual one. */
function tierOf({ speed, service_tier: tier }: JsonObject): string {
  if (speed === 'fast') return 'fast';
  return tier === 'standard_only' ? 'standard' : '';
}

function modelProblem(model: unknown): Refusal | undefined {
  if (model === undefined || model === null) return invalid("Missing required field: 'model'.", 'model');
  if (typeof model !== 'string') return wrongType('model', 'a string', model);
  if (model.trim() === '') return invalid("Missing required field: 'model'.", 'model');
  if (model.length <= MODEL_MAX_CHARACTERS) return undefined;
  return invalid(`Invalid 'model': a name has at most ${MODEL_MAX_CHARACTERS} characters.`, 'model');
}

function boundProblem(maxTokens: unknown): Refusal | undefined {
  if (maxTokens === undefined || maxTokens === null) {
    return invalid("Missing required field: 'max_tokens'.", 'max_tokens');
  }
  if (typeof maxTokens !== 'number' || !Number.isInteger(maxTokens)) {
    return wrongType('max_tokens', 'an integer', maxTokens);
  }
  if (maxTokens >= 0 && maxTokens <= OUTPUT_TOKENS_MAX) return undefined;
  return invalid(`Invalid 'max_tokens': expected a value from 0 to ${OUTPUT_TOKENS_MAX}.`, 'max_tokens');
}

function toolsProblem(tools: unknown): Refusal | undefined {
  if (tools === null) return undefined;
  if (!Array.isArray(tools)) return wrongType('tools', 'an array of objects', tools);
  const at = tools.findIndex((tool) => !isJsonObject(tool));
  return at === -1 ? undefined : wrongType(`tools[${at}]`, 'an object', tools[at]);
}

function choiceProblem(param: string, value: unknown, known: ReadonlySet<unknown>): Refusal | undefined {
  if (value === undefined || value === null || known.has(value)) return undefined;
  return invalid(`Invalid value for '${param}': supported values are ${[...known].join(', ')}.`, param);
}
