import assert from 'node:assert/strict';
import type { JsonObject } from '#kernel/json.ts';

interface Item extends Record<string, unknown> {
  content?: Record<string, unknown>[];
  summary?: Record<string, unknown>[];
}

interface StreamEvent {
  readonly type: string;
  readonly output_index: number;
  readonly content_index: number;
  readonly summary_index: number;
  readonly item: Item;
  readonly part: Record<string, unknown>;
  readonly delta: string;
  readonly text: string;
  readonly arguments: string;
  readonly input: string;
}

/**
 * The output that a client puts together from a stream's events, as the SDKs do. Each event has to find the item and the part
 * that it is about, and each end has to say what the pieces before it said.
 */
export function accumulated(events: readonly JsonObject[]): Item[] {
  const items: Item[] = [];
  for (const event of events) accumulate(items, event as unknown as StreamEvent);
  return items;
}

function accumulate(items: Item[], event: StreamEvent): void {
  const index = event.output_index ?? -1;
  const item = items[index];
  switch (event.type.slice('response.'.length)) {
    case 'output_item.added':
      assert.equal(index, items.length, 'items are added in order');
      items.push(structuredClone(event.item));
      return;
    case 'output_item.done':
      assertEnds(item, event.item);
      items[index] = structuredClone(event.item);
      return;
    case 'content_part.added':
      item?.content === undefined
        ? Object.assign(item ?? {}, { content: [event.part] })
        : item.content.push(event.part);
      assert.equal((item?.content?.length ?? 0) - 1, event.content_index);
      return;
    case 'reasoning_summary_part.added':
      assert.equal(item?.summary?.length, event.summary_index);
      item?.summary?.push(event.part);
      return;
    case 'output_text.delta':
    case 'reasoning_text.delta':
      add(item?.content?.[event.content_index], 'text', event);
      return;
    case 'refusal.delta':
      add(item?.content?.[event.content_index], 'refusal', event);
      return;
    case 'reasoning_summary_text.delta':
      add(item?.summary?.[event.summary_index], 'text', event);
      return;
    case 'function_call_arguments.delta':
      add(item, 'arguments', event);
      return;
    case 'custom_tool_call_input.delta':
      add(item, 'input', event);
      return;
    case 'output_text.done':
      assert.equal(item?.content?.[event.content_index]?.['text'], event.text);
      return;
    case 'function_call_arguments.done':
      assert.equal(item?.['arguments'], event.arguments);
      return;
    case 'custom_tool_call_input.done':
      assert.equal(item?.['input'], event.input);
  }
}

function add(part: Record<string, unknown> | undefined, field: string, event: StreamEvent): void {
  assert.equal(typeof part?.[field], 'string', `nothing to add to: ${JSON.stringify(event)}`);
  if (part !== undefined) part[field] = `${part[field]}${event.delta}`;
}

/** Only the status and the proof come with the end; everything else came before. */
function assertEnds(item: Item | undefined, done: Item): void {
  const { status: _status, encrypted_content: _proof, ...rest } = done;
  const { status: _before, ...before } = item ?? {};
  assert.deepEqual(before, rest);
}
