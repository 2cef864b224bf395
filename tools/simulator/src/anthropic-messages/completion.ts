import type { JsonObject } from '#kernel/json.ts';
import { signatureOf } from '../proof.ts';
import type { Completion } from '../wire.ts';
import { usageReport } from './usage-report.ts';

const stopReasons: Readonly<Record<string, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  content_filter: 'refusal',
};

/** The JSON body of a message. */
export function messageBody(completion: Completion): string {
  const { answer, usage, script } = completion;
  return JSON.stringify({
    ...messageHead(completion),
    content: answer.blocks.map((_, index) => finishedBlock(completion, index)),
    stop_reason: stopReasonOf(completion),
    stop_sequence: null,
    ...(usage === undefined ? {} : { usage: usageReport(usage, script) }),
  });
}

/** What a message and the start of a stream have in common. */
export function messageHead(completion: Completion): JsonObject {
  return { id: `msg_${completion.id}`, type: 'message', role: 'assistant', model: completion.prompt.model };
}

export function stopReasonOf({ answer }: Completion): string {
  return stopReasons[answer.finishReason] ?? answer.finishReason;
}

export function toolUseId(completion: Completion, index: number): string {
  return index === 0 ? `toolu_${completion.id}` : `toolu_${completion.id}_${index}`;
}

/** A block of the answer with all that is in it. */
export function finishedBlock(completion: Completion, index: number): JsonObject {
  const block = completion.answer.blocks[index];
  const said = block?.pieces.join('') ?? '';
  switch (block?.kind) {
    case 'thought':
      return {
        type: 'thinking',
        thinking: showsThoughts(completion) ? said : '',
        signature: signatureOf(shownThoughts(completion, said)),
      };
    case 'call':
      return { type: 'tool_use', id: toolUseId(completion, index), name: block.name, input: inputOf(said) };
    default:
      return { type: 'text', text: said };
  }
}

/** Whether thoughts are told; omitted ones come as a signature alone. */
export function showsThoughts({ prompt }: Completion): boolean {
  return (prompt.body['thinking'] as JsonObject | undefined)?.['display'] !== 'omitted';
}

/** What is signed of thoughts: as much as the client has of them. */
export function shownThoughts(completion: Completion, said: string): string {
  return showsThoughts(completion) ? said : '';
}

/** Arguments that `max_tokens` cut short are no JSON any more; the API then gives what it has, here nothing. */
function inputOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}
