import { RequestProblem } from '../request-problem.ts';
import type { MessagesRequest } from './request-shape.ts';
import type { Message } from './tool-pairs.ts';

/** The most that a model writes, by the beginning of its name; the first that fits. */
const outputTokensMax: readonly (readonly [prefix: string, tokens: number])[] = [
  ['claude-3-haiku', 4_096],
  ['claude-3-5', 8_192],
  ['claude-opus-4-0', 32_000],
  ['claude-opus-4-1', 32_000],
  ['claude-opus-4-5', 64_000],
  ['claude-haiku-4-5', 64_000],
  ['claude-sonnet-4-0', 64_000],
  ['claude-sonnet-4-5', 64_000],
  ['', 128_000],
];

/** Models that take either of temperature and top_p, not both. */
export const ONE_SAMPLING_SETTING_PATTERN = /^claude-(opus|sonnet|haiku)-4-[1-9]/;
/** Models whose answer cannot be begun for them. */
export const NO_PREFILL_PATTERN = /^claude-(opus|sonnet)-(4-[6-9]|5)/;
/** The API version that does without sampling settings. */
const NO_SAMPLING_VERSION = '2026-10-21';

/** What depends on the model and on the API version that the client speaks. Throws a RequestProblem (400). */
export function checkModelRules(request: MessagesRequest, messages: readonly Message[], version: string): void {
  checkVersion(request, messages, version);
  const { model, max_tokens } = request;
  const most = mostOutputTokens(model);
  if (max_tokens > most) {
    const words = `max_tokens: ${max_tokens} > ${most}, which is the maximum allowed number of output tokens for ${model}`;
    throw new RequestProblem(400, words);
  }
  if (request.temperature !== undefined && request.top_p !== undefined && ONE_SAMPLING_SETTING_PATTERN.test(model)) {
    throw new RequestProblem(
      400,
      '`temperature` and `top_p` cannot both be specified for this model. Please use only one.',
    );
  }
  checkPrefill(model, messages);
}

/** The most that a model of this name writes. */
export function mostOutputTokens(model: string): number {
  return outputTokensMax.find(([prefix]) => model.startsWith(prefix))?.[1] ?? Number.POSITIVE_INFINITY;
}

function checkVersion(request: MessagesRequest, messages: readonly Message[], version: string): void {
  if (version < NO_SAMPLING_VERSION) return;
  for (const field of ['temperature', 'top_p', 'top_k'] as const) {
    if (request[field] !== undefined) throw new RequestProblem(400, `${field}: Extra inputs are not permitted`);
  }
  messages.forEach(({ role, blocks }, index) => {
    blocks.forEach((block, place) => {
      const path = `messages.${index}.content.${place}`;
      if (role === 'assistant' && block.type === 'document') {
        throw new RequestProblem(400, `${path}: \`document\` blocks are not permitted in \`assistant\` messages`);
      }
      if (role === 'user' && block.type === 'text' && block.citations !== undefined) {
        throw new RequestProblem(400, `${path}.citations: Extra inputs are not permitted`);
      }
    });
  });
}

function checkPrefill(model: string, messages: readonly Message[]): void {
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return;
  if (NO_PREFILL_PATTERN.test(model)) {
    throw new RequestProblem(
      400,
      'This model does not support assistant message prefill. The conversation must end with a user message.',
    );
  }
  const end = last.blocks.at(-1);
  if (end?.type === 'text' && end.text !== end.text.trimEnd()) {
    throw new RequestProblem(400, 'messages: final assistant content cannot end with trailing whitespace');
  }
}
