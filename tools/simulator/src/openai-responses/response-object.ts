import { answerTokensOf, promptTokensOf, type Usage } from '#ai/usage.ts';
import { asArray, type JsonObject } from '#kernel/json.ts';
import type { Block } from '../answer.ts';
import { writeDetailsOf } from '../openai/usage-report.ts';
import { sealThoughts } from '../proof.ts';
import type { Completion } from '../wire.ts';

export type ItemState = 'in_progress' | 'completed' | 'incomplete';

/** Reasoning that an odd report has beyond the whole answer. */
const ODD_REASONING_EXCESS = 555;
/** The tier that serves a request that asks for one, where it goes by another name. */
const tiersServed: Readonly<Record<string, string>> = { auto: 'default', fast: 'priority' };

/** The whole response, as its terminal event carries it. */
export function finishedResponse(completion: Completion): JsonObject {
  const { answer, usage } = completion;
  const reason = incompleteReason(completion);
  const last = answer.blocks.length - 1;
  return {
    ...responseHead(completion),
    status: reason === undefined ? 'completed' : 'incomplete',
    completed_at: reason === undefined ? Math.floor(Date.now() / 1000) : null,
    incomplete_details: reason === undefined ? null : { reason },
    output: answer.blocks.map((_, block) =>
      itemOf(completion, block, reason !== undefined && block === last ? 'incomplete' : 'completed'),
    ),
    ...(usage === undefined ? {} : { usage: usageReport(completion, usage) }),
  };
}

/** The response before there is anything in it. */
export function begunResponse(completion: Completion): JsonObject {
  return { ...responseHead(completion), status: 'in_progress', output: [], usage: null };
}

export function incompleteReason({ answer }: Completion): 'max_output_tokens' | 'content_filter' | undefined {
  if (answer.finishReason === 'length') return 'max_output_tokens';
  return answer.finishReason === 'content_filter' ? 'content_filter' : undefined;
}

/** An item of the output. One in progress is still empty. */
export function itemOf(completion: Completion, index: number, status: ItemState): JsonObject {
  const block = completion.answer.blocks[index];
  const said = status === 'in_progress' ? '' : (block?.pieces.join('') ?? '');
  const id = itemId(completion, index);
  switch (block?.kind) {
    case 'thought':
      return { id, type: 'reasoning', summary: summaryOf(completion, said), ...sealedOf(completion, block) };
    case 'call': {
      const head = { id, status, call_id: callId(completion, index), name: block.name };
      return block.toolKind === 'custom'
        ? { ...head, type: 'custom_tool_call', input: said }
        : { ...head, type: 'function_call', arguments: said };
    }
    default:
      return {
        id,
        type: 'message',
        status,
        role: 'assistant',
        content: status === 'in_progress' ? [] : [textPart(said)],
      };
  }
}

export function textPart(text: string): JsonObject {
  return { type: 'output_text', annotations: [], logprobs: [], text };
}

/** Whether thoughts are told: as a summary, and only where it was asked for. */
export function tellsThoughts({ prompt, script }: Completion): boolean {
  const reasoning = (prompt.body['reasoning'] ?? {}) as JsonObject;
  return script.thoughts !== undefined || (reasoning['summary'] ?? reasoning['generate_summary'] ?? null) !== null;
}

export function itemId(completion: Completion, index: number): string {
  const block = completion.answer.blocks[index];
  const prefix = block?.kind === 'thought' ? 'rs' : block?.kind === 'call' ? callPrefix(block) : 'msg';
  return `${prefix}_${completion.id}_${index}`;
}

function callPrefix({ toolKind }: Extract<Block, { kind: 'call' }>): string {
  return toolKind === 'custom' ? 'ctc' : 'fc';
}

function callId(completion: Completion, index: number): string {
  return `call_${completion.id}_${index}`;
}

function summaryOf(completion: Completion, thoughts: string): readonly JsonObject[] {
  return thoughts !== '' && tellsThoughts(completion) ? [{ type: 'summary_text', text: thoughts }] : [];
}

function sealedOf({ prompt }: Completion, block: Block): JsonObject {
  const isWanted = asArray(prompt.body['include']).includes('reasoning.encrypted_content');
  return isWanted ? { encrypted_content: sealThoughts(block.pieces.join('')) } : {};
}

function responseHead(completion: Completion): JsonObject {
  const { prompt, script } = completion;
  const { body } = prompt;
  const text = (body['text'] ?? {}) as JsonObject;
  const tier = String(body['service_tier'] ?? 'auto');
  return {
    id: `resp_${completion.id}`,
    object: 'response',
    created_at: Math.floor(completion.createdAtMs / 1000),
    status: 'in_progress',
    background: false,
    completed_at: null,
    error: null,
    incomplete_details: null,
    instructions: body['instructions'] ?? null,
    max_output_tokens: body['max_output_tokens'] ?? null,
    max_tool_calls: body['max_tool_calls'] ?? null,
    model: prompt.model,
    output: [],
    parallel_tool_calls: body['parallel_tool_calls'] ?? true,
    previous_response_id: null,
    prompt_cache_key: body['prompt_cache_key'] ?? null,
    reasoning: { effort: null, summary: null, ...((body['reasoning'] ?? {}) as JsonObject) },
    safety_identifier: body['safety_identifier'] ?? null,
    service_tier: script.serviceTier ?? tiersServed[tier] ?? tier,
    store: body['store'] ?? true,
    temperature: body['temperature'] ?? 1,
    text: { format: { type: 'text' }, verbosity: 'medium', ...text },
    tool_choice: body['tool_choice'] ?? 'auto',
    tools: body['tools'] ?? [],
    top_logprobs: body['top_logprobs'] ?? 0,
    top_p: body['top_p'] ?? 1,
    truncation: body['truncation'] ?? 'disabled',
    usage: null,
    user: body['user'] ?? null,
    metadata: body['metadata'] ?? {},
  };
}

/** What was used, as a response says it. */
export function usageReport({ script }: Completion, usage: Usage): JsonObject {
  const [input, output] = [promptTokensOf(usage), answerTokensOf(usage)];
  const isOdd = script.usageDialect === 'odd-reasoning';
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: usage.cached_input ?? 0,
      cache_write_tokens: (usage.cache_write ?? 0) + (usage.cache_write_12h ?? 0),
      ...writeDetailsOf(usage),
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: isOdd ? output + ODD_REASONING_EXCESS : (usage.reasoning ?? 0) },
    total_tokens: input + output,
  };
}
