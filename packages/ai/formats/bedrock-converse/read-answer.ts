import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { PartCollector } from '../anthropic-messages/part-collector.ts';
import { inputOf, textOf } from '../anthropic-messages/read-answer.ts';

/** A whole answer, read into parts. `invalid`: it is none. Blocks that no other format has are kept as they are. */
export function readAnswer(document: JsonObject, parts: PartCollector): 'whole' | 'invalid' {
  const message = asObject(asObject(document['output'])?.['message']);
  if (message === null) return 'invalid';
  parts.start(undefined, undefined);
  for (const value of asArray(message['content'])) {
    const block = asObject(value);
    if (block !== null) readBlock(block, parts);
  }
  parts.finish(document['stopReason'], stopSequenceOf(document['additionalModelResponseFields']));
  return 'whole';
}

function readBlock(block: JsonObject, parts: PartCollector): void {
  const called = asObject(block['toolUse']);
  const thought = asObject(block['reasoningContent']);
  const cited = asObject(block['citationsContent']);
  if (typeof block['text'] === 'string') parts.text(block['text']);
  else if (called !== null && isClientsTool(called)) {
    const call = parts.call(called['toolUseId'], called['name']);
    call.input(inputOf(called['input']));
    call.end();
  } else if (thought !== null) readThought(thought, parts);
  else if (cited !== null) readCited(cited, parts);
  else foreign(block, parts);
}

function readThought(thought: JsonObject, parts: PartCollector): void {
  const said = asObject(thought['reasoningText']);
  parts.thinking(textOf(said?.['text']));
  parts.proof('signature', textOf(said?.['signature']));
  parts.proof('redacted', textOf(thought['redactedContent']));
}

/** A text with its sources behind it, as they come in a stream. */
function readCited(cited: JsonObject, parts: PartCollector): void {
  for (const content of asArray(cited['content'])) parts.text(textOf(asObject(content)?.['text']));
  for (const citation of asArray(cited['citations'])) parts.foreign('citation', JSON.stringify(citation));
}

/** A block is an object with one field, which says what it is. */
export function foreign(block: JsonObject, parts: PartCollector): void {
  const [what] = Object.keys(block);
  if (what !== undefined) parts.foreign(what, JSON.stringify(block));
}

/** Tools that the provider runs (`server_tool_use`) are answered by it. */
export function isClientsTool(toolUse: JsonObject): boolean {
  return (toolUse['type'] ?? 'tool_use') === 'tool_use';
}

/** What the request asked to be told of the model's own answer: Claude's stop sequence, where it stands in either form. */
export function stopSequenceOf(fields: unknown): unknown {
  const own = asObject(fields);
  return own?.['stop_sequence'] ?? asObject(own?.['delta'])?.['stop_sequence'];
}
