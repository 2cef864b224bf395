import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { asArray, type JsonObject } from '#kernel/json.ts';
import { conversationKey } from '../../ask/conversation-key.ts';
import { spellingProblem } from '../../ask/field-spelling.ts';
import { needsOfModel } from '../../ask/needs-of-model.ts';
import { modelProblem, OUTPUT_TOKENS_MAX, objectsProblem, typeProblem, wrongType } from '../../ask/problems.ts';
import type { Asked } from '../../asked.ts';
import { noUsage } from '../../usage.ts';
import { ableFor, carriesSealedThoughts } from './able-for.ts';
import { messagesProblem } from './messages-problem.ts';
import { promptBound } from './prompt-bound.ts';
import { requestFields } from './request-fields.ts';
import { isRefusal, type ToolCost, toolCost } from './server-tools.ts';
import { unpricedField } from './unpriced-fields.ts';

const tiers: ReadonlySet<unknown> = new Set(['auto', 'standard_only']);
const speeds: ReadonlySet<unknown> = new Set(['standard', 'fast']);

/** What admission must know of a Messages request, or what is wrong with it. `null` stands for a field left out. */
export function askMessages(
  body: JsonObject,
  bodyBytes: number,
): { readonly asked: Asked } | { readonly refusal: Refusal } {
  const { model, messages, max_tokens: maxTokens, stream = null, tools = null } = body;
  const refusal =
    spellingProblem(body, requestFields) ??
    modelProblem(model) ??
    boundProblem(maxTokens) ??
    messagesProblem(messages, body['system']) ??
    typeProblem('stream', stream, 'boolean') ??
    objectsProblem('tools', tools) ??
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
      ...(bound.rounds > 0 && { prompts: bound.rounds + 1 }),
      promptTokensEstimate: bound.estimate,
      otherUnits: [],
      counts: searches > 0 ? { search: searches } : noUsage,
      serviceTier: tierOf(body),
      tellsCost: false,
      ...needsOfModel(bound.held, ableFor(body)),
      conversationKey: conversationKey({ system: body['system'], messages }),
      ...(carriesSealedThoughts(body) && { hasSealedThoughts: true }),
    },
  };
}

/** Speed has prices of its own. `standard_only` rules out every tier but the usual one. */
function tierOf({ speed, service_tier: tier }: JsonObject): string {
  if (speed === 'fast') return 'fast';
  return tier === 'standard_only' ? 'standard' : '';
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

function choiceProblem(param: string, value: unknown, known: ReadonlySet<unknown>): Refusal | undefined {
  if (value === undefined || value === null || known.has(value)) return undefined;
  return invalid(`Invalid value for '${param}': supported values are ${[...known].join(', ')}.`, param);
}
