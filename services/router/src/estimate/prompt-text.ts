import { asObject, type JsonObject } from '#kernel/json.ts';

/** The parts of a prompt that count as tokens. */
export interface PromptText {
  readonly text: string;
  readonly messages: number;
  /** Pictures, files and sounds: counted, not read. */
  readonly attachments: number;
}

/** Fields whose texts a model reads, in any of the formats. */
const textFields: ReadonlySet<string> = new Set([
  ...['content', 'text', 'input', 'prompt', 'instructions', 'system', 'thinking', 'arguments', 'output', 'refusal'],
  ...['reasoning_content', 'summary'],
  ...['contents', 'parts', 'systemInstruction', 'system_instruction'],
]);
/** Objects that a model reads as JSON. */
const jsonFields: ReadonlySet<string> = new Set([
  ...['tools', 'functions', 'response_format', 'tool_calls', 'output_config', 'output_format'],
  ...['functionCall', 'function_call', 'functionResponse', 'function_response'],
]);
/** Parts that are not text: what they hold is bytes, or an address. */
const attachment = /^(input_)?(image|audio|file|document|video)(_url)?$|^(image_generation|computer_screenshot)/;
/** Google's parts that are not text have no type: their field tells. */
const attachmentFields: ReadonlySet<string> = new Set(['inlineData', 'inline_data', 'fileData', 'file_data']);
/** Where the conversation stands. */
const conversationFields = ['messages', 'input', 'prompt', 'contents'] as const;
/** Deeper than any format nests. */
const DEPTH_MAX = 12;

/** A request's texts (messages, tools, a schema) without the bytes of attachments, in whatever format it is. */
export function promptTextOf(body: JsonObject): PromptText {
  const found = { texts: [] as string[], attachments: 0 };
  readFields(body, found, 0);
  const lists = conversationFields.map((field) => body[field]).filter((value) => Array.isArray(value));
  const messages = lists.reduce((sum, list) => sum + list.length, 0);
  return { text: found.texts.join('\n'), messages, attachments: found.attachments };
}

interface Found {
  readonly texts: string[];
  attachments: number;
}

function readFields(object: JsonObject, found: Found, depth: number): void {
  for (const field in object) {
    const value = object[field];
    if (value === null || value === undefined) continue;
    if (attachmentFields.has(field)) found.attachments += 1;
    else if (jsonFields.has(field)) found.texts.push(JSON.stringify(value));
    else if (field === 'messages' || textFields.has(field)) read(value, found, depth);
  }
}

function read(value: unknown, found: Found, depth: number): void {
  if (typeof value === 'string') {
    found.texts.push(value);
  } else if (Array.isArray(value)) {
    for (const item of value) read(item, found, depth);
  } else {
    const object = asObject(value);
    if (object === null || depth > DEPTH_MAX) return;
    const { type } = object;
    if (typeof type === 'string' && attachment.test(type)) found.attachments += 1;
    else if (type === 'tool_use') found.texts.push(JSON.stringify([object['name'], object['input']]));
    else readFields(object, found, depth + 1);
  }
}
