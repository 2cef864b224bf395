import { signatureOf } from '../proof.ts';
import { RequestProblem } from '../request-problem.ts';
import type { MessagesRequest } from './request-shape.ts';
import type { Message } from './tool-pairs.ts';

/** Beside thinking `top_p` has to be at least this. */
const TOP_P_MIN = 0.95;

/** The settings that thinking has a say in. */
interface ThinkingSettings {
  readonly thinking?: MessagesRequest['thinking'];
  readonly max_tokens: number;
  readonly temperature?: number | undefined;
  readonly top_k?: number | undefined;
  readonly top_p?: number | undefined;
  readonly tool_choice?: { readonly type: string } | undefined;
}

/** What thinking asks of a request's settings. Throws a RequestProblem (400). */
export function checkThinkingSettings(request: ThinkingSettings): void {
  const { thinking, max_tokens, tool_choice } = request;
  if (!isThinking(thinking)) return;
  if (thinking.type === 'enabled' && thinking.budget_tokens >= max_tokens) {
    throw new RequestProblem(400, '`max_tokens` must be greater than `thinking.budget_tokens`.');
  }
  // Adaptive thinking goes with a forced tool, a budget does not.
  if (thinking.type === 'enabled' && (tool_choice?.type === 'any' || tool_choice?.type === 'tool')) {
    throw new RequestProblem(400, 'Thinking may not be enabled when tool_choice forces tool use.');
  }
  if (request.temperature !== undefined && request.temperature !== 1) {
    throw new RequestProblem(400, '`temperature` may only be set to 1 when thinking is enabled.');
  }
  if (request.top_k !== undefined) throw new RequestProblem(400, '`top_k` must be unset when thinking is enabled.');
  if (request.top_p !== undefined && request.top_p < TOP_P_MIN) {
    throw new RequestProblem(400, '`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.');
  }
}

/** Thoughts come back as they were signed, and lead a turn that is still going on. Throws a RequestProblem (400). */
export function checkThinkingBlocks(messages: readonly Message[], thinking: MessagesRequest['thinking']): void {
  messages.forEach(({ blocks, role }, index) => {
    blocks.forEach((block, place) => {
      if (block.type !== 'thinking') return;
      if (role !== 'assistant')
        throw new RequestProblem(400, `messages.${index}: \`thinking\` blocks may only be in \`assistant\` messages`);
      if (block.signature !== signatureOf(block.thinking)) {
        throw new RequestProblem(
          400,
          `messages.${index}.content.${place}: Invalid \`signature\` in \`thinking\` block`,
        );
      }
    });
  });
  if (thinking?.type !== 'enabled') return;
  const index = openAssistantTurn(messages);
  const first = index === undefined ? undefined : messages[index]?.blocks[0];
  if (first === undefined || first.type === 'thinking' || first.type === 'redacted_thinking') return;
  throw new RequestProblem(
    400,
    `messages.${index}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${first.type}\`. ` +
      'When `thinking` is enabled, a final `assistant` message must start with a thinking block ' +
      '(preceeding the lastmost set of `tool_use` and `tool_result` blocks).',
  );
}

export function isThinking<T extends { readonly type: string }>(thinking: T | undefined): thinking is T {
  return thinking !== undefined && thinking.type !== 'disabled';
}

/** The assistant's turn that is not over: a prefill, or the last one whose tools have just answered. */
function openAssistantTurn(messages: readonly Message[]): number | undefined {
  const index = messages.findLastIndex(({ role }) => role === 'assistant');
  if (index === -1) return undefined;
  const isPrefill = index === messages.length - 1;
  const isCalling = messages[index]?.blocks.some(({ type }) => type === 'tool_use') === true;
  return isPrefill || isCalling ? index : undefined;
}
