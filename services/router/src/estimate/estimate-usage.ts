import type { Usage } from '#ai/usage.ts';
import type { CompleteRequest } from '#contracts/router.ts';
import type { TextSample } from '../ports.ts';
import { countTokens, type EstimatePolicy } from './count-tokens.ts';
import { promptTextOf } from './prompt-text.ts';

/** Roles and separators, by OpenAI's own counting guide. */
const TOKENS_A_MESSAGE = 4;
/** A picture of 1024 by 1024 in high detail at OpenAI. */
const TOKENS_AN_ATTACHMENT = 765;

export interface EstimatedUsage {
  readonly usage: Usage;
  readonly policy: EstimatePolicy;
}

/** The probable usage of a request whose provider reported none: from its texts, never above what was admitted. */
export async function estimateUsage(request: CompleteRequest, answer: TextSample): Promise<EstimatedUsage> {
  const prompt = promptTextOf(request.parsedBody);
  const input = await countTokens(prompt.text);
  const output = await countTokens(answer.text);
  const inputTokens = input.tokens + prompt.messages * TOKENS_A_MESSAGE + prompt.attachments * TOKENS_AN_ATTACHMENT;
  const outputTokens = Math.ceil(output.tokens * answer.scale);
  return {
    usage: {
      input: Math.min(inputTokens, request.promptTokensBound),
      output: Math.min(outputTokens, request.outputTokensBound),
    },
    policy: input.policy === output.policy ? input.policy : 'text-length',
  };
}
