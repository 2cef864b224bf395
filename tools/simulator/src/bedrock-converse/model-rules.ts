import { z } from 'zod';
import { bareClaude } from '../anthropic-cloud/model-name.ts';
import {
  mostOutputTokens,
  NO_PREFILL_PATTERN,
  ONE_SAMPLING_SETTING_PATTERN,
} from '../anthropic-messages/model-rules.ts';
import { outputConfigShape, thinkingShape, toolChoiceShape } from '../anthropic-messages/request-shape.ts';
import { checkThinkingBlocks, checkThinkingSettings } from '../anthropic-messages/thinking-rules.ts';
import type { Message } from '../anthropic-messages/tool-pairs.ts';
import { RequestProblem } from '../request-problem.ts';
import type { ContentBlock } from './block-shape.ts';
import type { ConverseRequest } from './request-shape.ts';

/** Fields of Claude's own that Converse hands on. */
const claudeFields = z.strictObject({
  thinking: thinkingShape.optional(),
  output_config: outputConfigShape.optional(),
  top_k: z.int().min(0).optional(),
  tool_choice: toolChoiceShape
    .optional()
    // Bedrock's list is older than Anthropic's: https://github.com/boto/botocore/issues/3458
    .refine((choice) => choice?.type !== 'none', {
      message: "Input tag 'none' found using 'type' does not match any of the expected tags: 'auto', 'any', 'tool'",
    }),
  anthropic_beta: z.array(z.string()).optional(),
});

/** What a model thinks by. */
const thinkingField = z.looseObject({ type: z.string() });

/** What depends on the model. Returns whether it is asked to think. Throws a RequestProblem (400). */
export function checkModelRules(request: ConverseRequest, model: string): { readonly thinks: boolean } {
  const claude = bareClaude(model);
  if (claude !== undefined) return checkClaude(request, claude);
  checkLast(request, /./, model);
  const { reasoningConfig, reasoning_effort: effort } = request.additionalModelRequestFields ?? {};
  const config = thinkingField.safeParse(reasoningConfig);
  return { thinks: config.success ? config.data.type === 'enabled' : effort !== undefined && effort !== 'none' };
}

function checkClaude(request: ConverseRequest, claude: string): { readonly thinks: boolean } {
  const { inferenceConfig = {}, toolConfig, messages } = request;
  const { maxTokens, temperature, topP } = inferenceConfig;
  const most = mostOutputTokens(claude);
  if (maxTokens !== undefined && maxTokens > most) {
    throw new RequestProblem(
      400,
      `The maximum tokens you requested exceeds the model limit of ${most}. Try again with a maximum tokens value that is lower than ${most}.`,
    );
  }
  const fields = claudeFields.safeParse(request.additionalModelRequestFields ?? {});
  if (!fields.success) {
    const [issue] = fields.error.issues;
    const path = [...(issue?.path ?? []), ...(issue?.code === 'unrecognized_keys' ? issue.keys : [])].join('.');
    throw saidByModel(
      issue?.code === 'unrecognized_keys' ? `${path}: Extra inputs are not permitted` : `${path}: ${issue?.message}`,
    );
  }
  if (temperature !== undefined && topP !== undefined && ONE_SAMPLING_SETTING_PATTERN.test(claude)) {
    throw saidByModel('`temperature` and `top_p` cannot both be specified for this model. Please use only one.');
  }
  checkLast(request, NO_PREFILL_PATTERN, claude);
  const { thinking, top_k, tool_choice: ownChoice } = fields.data;
  const { toolChoice } = toolConfig ?? {};
  inModelsWords(() => {
    checkThinkingSettings({
      thinking,
      max_tokens: maxTokens ?? most,
      temperature,
      top_p: topP,
      top_k,
      tool_choice: (toolChoice?.any ?? toolChoice?.tool) ? { type: 'any' } : ownChoice,
    });
    checkThinkingBlocks(
      messages.map(({ role, content }): Message => ({ role, blocks: content.map(blockOfClaude) })),
      thinking,
    );
  });
  return { thinks: thinking !== undefined && thinking.type !== 'disabled' };
}

/** A conversation that ends with the assistant is one that the model has to be able to go on with. */
function checkLast({ messages }: ConverseRequest, unable: RegExp, model: string): void {
  if (messages.at(-1)?.role !== 'assistant' || !unable.test(model)) return;
  throw new RequestProblem(
    400,
    'A conversation must end with a user message. Try again with a conversation that ends with a user message.',
  );
}

/** As much of a block as the rules for thoughts look at. */
function blockOfClaude({ toolUse, toolResult, reasoningContent }: ContentBlock): Message['blocks'][number] {
  const { reasoningText, redactedContent } = reasoningContent ?? {};
  if (reasoningText !== undefined) {
    return { type: 'thinking', thinking: reasoningText.text, signature: reasoningText.signature ?? '' };
  }
  if (redactedContent !== undefined) return { type: 'redacted_thinking', data: redactedContent };
  if (toolUse !== undefined) return { type: 'tool_use', id: toolUse.toolUseId, name: toolUse.name, input: {} };
  if (toolResult !== undefined) return { type: 'tool_result', tool_use_id: toolResult.toolUseId };
  return { type: 'text', text: '' };
}

function inModelsWords(check: () => void): void {
  try {
    check();
  } catch (problem) {
    throw problem instanceof RequestProblem ? saidByModel(problem.message) : problem;
  }
}

function saidByModel(message: string): RequestProblem {
  return new RequestProblem(400, `The model returned the following errors: ${message}`);
}
