import { answerTokensOf, type Usage } from '#ai/usage.ts';
import { asObject, type JsonObject } from '#kernel/json.ts';
import { bareClaude } from '../anthropic-cloud/model-name.ts';
import { signatureOf } from '../proof.ts';
import type { Script } from '../script.ts';
import type { Completion } from '../wire.ts';

const stopReasons: Readonly<Record<string, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  content_filter: 'content_filtered',
};

/** The JSON body of an answer. */
export function converseBody(completion: Completion): string {
  const content = completion.answer.blocks.map((_, index) => finishedBlock(completion, index));
  return JSON.stringify({
    output: { message: { role: 'assistant', content } },
    stopReason: stopReasonOf(completion),
    ...reportOf(completion),
  });
}

/** What is said of an answer behind it. */
export function reportOf({ usage, createdAtMs, prompt, script }: Completion): JsonObject {
  const { serviceTier: asked, performanceConfig } = prompt.body;
  const tier = script.serviceTier === undefined ? asked : { type: script.serviceTier };
  return {
    ...(usage === undefined ? {} : { usage: usageReport(usage, script) }),
    metrics: { latencyMs: Date.now() - createdAtMs },
    ...(performanceConfig === undefined ? {} : { performanceConfig }),
    ...(tier === undefined ? {} : { serviceTier: tier }),
  };
}

export function stopReasonOf({ answer }: Completion): string {
  return stopReasons[answer.finishReason] ?? answer.finishReason;
}

export function toolUseId({ id }: Completion, index: number): string {
  return `tooluse_${id}_${index}`;
}

/** What proves a thought; undefined for models that sign none. */
export function signatureFor(completion: Completion, thought: string): string | undefined {
  if (bareClaude(completion.prompt.model) === undefined) return undefined;
  return signatureOf(showsThoughts(completion) ? thought : '');
}

/** Whether thoughts are told; omitted ones come as a signature alone. */
export function showsThoughts({ prompt }: Completion): boolean {
  const fields = asObject(prompt.body['additionalModelRequestFields']);
  return asObject(fields?.['thinking'])?.['display'] !== 'omitted';
}

function finishedBlock(completion: Completion, index: number): JsonObject {
  const block = completion.answer.blocks[index];
  const said = block?.pieces.join('') ?? '';
  if (block?.kind === 'call') {
    return { toolUse: { toolUseId: toolUseId(completion, index), name: block.name, input: inputOf(said) } };
  }
  if (block?.kind !== 'thought') return { text: said };
  const signature = signatureFor(completion, said);
  const text = showsThoughts(completion) ? said : '';
  return { reasoningContent: { reasoningText: { text, ...(signature === undefined ? {} : { signature }) } } };
}

/** Usage as AWS reports it: the cache is beside the input and within the total, reasoning within the output. */
function usageReport(usage: Usage, { usageDialect }: Script): JsonObject {
  const { input = 0, cached_input: read = 0, cache_write: short = 0, cache_write_1h: long = 0 } = usage;
  const output = answerTokensOf(usage);
  const details = [
    ...(short === 0 ? [] : [{ ttl: '5m', inputTokens: short }]),
    ...(long === 0 ? [] : [{ ttl: '1h', inputTokens: long }]),
  ];
  return {
    inputTokens: input,
    outputTokens: output,
    totalTokens: input + read + short + long + output,
    // Older models say nothing of a cache that they do not have.
    ...(usageDialect === 'mistral' ? {} : { cacheReadInputTokens: read, cacheWriteInputTokens: short + long }),
    ...(details.length === 0 ? {} : { cacheDetails: details }),
  };
}

/** Arguments that the bound cut short are no JSON any more. */
function inputOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}
