import type { TextSample } from '#ai/answer-decoder.ts';
import type { EmbedInput } from '#ai/embed/embed-request.ts';
import { formatTable } from '#ai/formats/format-table.ts';
import type { Usage } from '#ai/usage.ts';
import type { CompleteRequest } from '#contracts/router.ts';
import type { JsonObject } from '#kernel/json.ts';

import { countTokens, type EstimatePolicy, type TokenCount } from './count-tokens.ts';
import { promptTextOf } from './prompt-text.ts';

/** Roles and separators, by OpenAI's own counting guide. */
const TOKENS_A_MESSAGE = 4;
/** A picture of 1024 by 1024 in high detail at OpenAI. */
const TOKENS_AN_ATTACHMENT = 765;

export interface EstimatedUsage {
  readonly usage: Usage;
  readonly policy: EstimatePolicy;
}

/** What an estimate needs of a request. */
export type Estimated = Pick<CompleteRequest, 'format' | 'parsedBody' | 'promptTokensBound' | 'outputTokensBound'>;

/** The probable usage of a request whose provider reported none: from its texts, never above what was admitted. */
export async function estimateUsage(request: Estimated, answer: TextSample): Promise<EstimatedUsage> {
  const embed = formatTable[request.format].embed;
  const input =
    embed === undefined
      ? await estimatePrompt(request.parsedBody)
      : await estimateInputs(embed.inputsOf(request.parsedBody));
  const output = await countTokens(answer.text);
  const outputTokens = Math.ceil(output.tokens * answer.scale);
  return {
    usage: {
      input: Math.min(input.tokens, request.promptTokensBound),
      output: Math.min(outputTokens, request.outputTokensBound),
    },
    policy: input.policy === output.policy ? input.policy : 'text-length',
  };
}

/** The probable tokens of a request's prompt, in whatever format it is. */
export async function estimatePrompt(body: JsonObject): Promise<TokenCount> {
  const prompt = promptTextOf(body);
  const { tokens, policy } = await countTokens(prompt.text);
  return { tokens: tokens + prompt.messages * TOKENS_A_MESSAGE + prompt.attachments * TOKENS_AN_ATTACHMENT, policy };
}

/** The probable tokens of texts that become vectors. Those that come as tokens are counted. */
async function estimateInputs(inputs: readonly EmbedInput[]): Promise<TokenCount> {
  const texts: string[] = [];
  let given = 0;
  for (const input of inputs) {
    if (input.kind === 'tokens') given += input.tokens.length;
    else texts.push(input.title === undefined ? input.text : `${input.title}\n${input.text}`);
  }
  const { tokens, policy } = await countTokens(texts.join('\n'));
  return { tokens: tokens + given, policy };
}
