import type { Usage } from '../completion-usage.ts';
import type { Completion } from '../wire.ts';

const stopReasons: Readonly<Record<string, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  content_filter: 'refusal',
};

/** The JSON body of a message. */
export function anthropicCompletionBody(completion: Completion): string {
  const { answer } = completion;
  const said = answer.pieces.join('');
  const block =
    answer.toolName === undefined
      ? { type: 'text', text: said }
      : { type: 'tool_use', id: toolUseId(completion), name: answer.toolName, input: inputOf(said) };
  return JSON.stringify({
    ...messageHead(completion),
    content: [block],
    stop_reason: anthropicStopReason(completion),
    stop_sequence: null,
    ...(completion.usage === undefined ? {} : { usage: anthropicUsage(completion.usage) }),
  });
}

/** What a message and the start of a stream have in common. */
export function messageHead(completion: Completion): object {
  return { id: `msg_${completion.id}`, type: 'message', role: 'assistant', model: completion.prompt.model };
}

/** Usage as Anthropic reports it: `input_tokens` are those that neither came from the cache nor went into it. */
export function anthropicUsage(usage: Usage): object {
  return {
    input_tokens: usage.promptTokens - usage.cachedTokens - usage.cacheWriteTokens,
    cache_creation_input_tokens: usage.cacheWriteTokens,
    cache_read_input_tokens: usage.cachedTokens,
    output_tokens: usage.completionTokens,
    ...(usage.reasoningTokens === 0 ? {} : { output_tokens_details: { thinking_tokens: usage.reasoningTokens } }),
  };
}

export function anthropicStopReason({ answer }: Completion): string {
  return stopReasons[answer.finishReason] ?? answer.finishReason;
}

export function toolUseId(completion: Completion): string {
  return `toolu_${completion.id}`;
}

/** Arguments that `max_tokens` cut short are no JSON any more; the API then gives what it has, here nothing. */
function inputOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}
