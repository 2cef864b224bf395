import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import { isFailed } from './failure.ts';
import type { PartCollector } from './part-collector.ts';

/**
 * A whole message, read into parts. `failed`: it is an error, whatever status it came with. `invalid`: it is no message.
 * Blocks of a kind that only Anthropic has are kept as they are.
 */
export function readMessage(message: JsonObject, parts: PartCollector): 'whole' | 'failed' | 'invalid' {
  if (isFailed(message)) return 'failed';
  if (!Array.isArray(message['content'])) return 'invalid';
  parts.start(message['id'], message['model']);
  for (const value of asArray(message['content'])) {
    const block = asObject(value);
    if (block) readBlock(block, parts);
  }
  parts.finish(message['stop_reason'], message['stop_sequence']);
  return 'whole';
}

function readBlock(block: JsonObject, parts: PartCollector): void {
  switch (block['type']) {
    case 'text':
      parts.text(textOf(block['text']));
      readCitations(block['citations'], parts);
      break;
    case 'thinking':
      parts.thinking(textOf(block['thinking']));
      parts.proof('signature', textOf(block['signature']));
      break;
    case 'redacted_thinking':
      parts.proof('redacted', textOf(block['data']));
      break;
    case 'tool_use': {
      const call = parts.call(block['id'], block['name']);
      call.input(inputOf(block['input']));
      call.end();
      break;
    }
    default:
      parts.foreign(String(block['type']), JSON.stringify(block));
  }
}

/** The sources of a text, one after the other as they come in a stream. */
export function readCitations(citations: unknown, parts: PartCollector): void {
  for (const citation of asArray(citations)) parts.foreign('citation', JSON.stringify(citation));
}

/** A tool's input as JSON text; some providers give the text itself. */
export function inputOf(input: unknown): string {
  return typeof input === 'string' ? input || '{}' : JSON.stringify(input ?? {});
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
