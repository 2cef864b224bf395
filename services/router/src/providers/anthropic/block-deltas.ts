import type { ChunkDelta } from '#ai/formats/openai-chat/chunk.ts';
import { asObject, type JsonObject } from '#kernel/json.ts';

/** Translates the events of content blocks into parts of the answer. */
export interface BlockDeltas {
  /** Null if the client gets nothing: thinking, signatures, the start of a text. */
  deltaOf(type: string, event: JsonObject): ChunkDelta | null;
  /** Whether a tool of the client was called. */
  readonly hasCalls: () => boolean;
}

/** Far more tools than a model calls at a time. */
const OPEN_TOOLS_MAX = 1_000;

interface OpenTool {
  /** The place among the answer's tool calls; null for the JSON tool, whose input is content. */
  readonly callIndex: number | null;
  hasInput: boolean;
}

export function createBlockDeltas(jsonToolName: string | null): BlockDeltas {
  /** By the block's index. Closed blocks are removed. */
  const open = new Map<unknown, OpenTool>();
  let calls = 0;

  function start(event: JsonObject): ChunkDelta | null {
    const block = asObject(event['content_block']);
    if (block?.['type'] === 'text')
      return typeof block['text'] === 'string' && block['text'] !== '' ? { content: block['text'] } : null;
    if (block?.['type'] !== 'tool_use' || open.size >= OPEN_TOOLS_MAX) return null;
    if (block['name'] === jsonToolName) {
      open.set(event['index'], { callIndex: null, hasInput: false });
      return null;
    }
    const index = calls;
    calls += 1;
    open.set(event['index'], { callIndex: index, hasInput: false });
    const called = { name: String(block['name']), arguments: '' };
    return { tool_calls: [{ index, id: String(block['id']), type: 'function', function: called }] };
  }

  function inputDelta(tool: OpenTool, json: string): ChunkDelta {
    tool.hasInput = true;
    if (tool.callIndex === null) return { content: json };
    return { tool_calls: [{ index: tool.callIndex, function: { arguments: json } }] };
  }

  return {
    deltaOf(type, event) {
      if (type === 'content_block_start') return start(event);
      const tool = open.get(event['index']);
      if (type === 'content_block_delta') {
        const delta = asObject(event['delta']);
        const { text, partial_json: json } = delta ?? {};
        if (delta?.['type'] === 'text_delta' && typeof text === 'string' && text !== '') return { content: text };
        const isInput = delta?.['type'] === 'input_json_delta' && typeof json === 'string' && json !== '';
        return isInput && tool ? inputDelta(tool, json) : null;
      }
      if (type !== 'content_block_stop' || !tool) return null;
      open.delete(event['index']);
      // A tool without parameters sends none, and a client would parse the empty text.
      return tool.hasInput ? null : inputDelta(tool, '{}');
    },
    hasCalls: () => calls > 0,
  };
}
