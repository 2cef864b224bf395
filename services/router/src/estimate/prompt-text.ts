import { asArray, asObject, type JsonObject } from '#kernel/json.ts';

/** The parts of a prompt that count as tokens. */
export interface PromptText {
  readonly text: string;
  readonly messages: number;
  /** Pictures, files and sounds: counted, not read. */
  readonly attachments: number;
}

/** A request's texts (messages, tools, a schema) without the bytes of attachments. */
export function promptTextOf(body: JsonObject): PromptText {
  const texts: string[] = [];
  const messages = asArray(body['messages']);
  let attachments = 0;
  for (const value of messages) {
    const message = asObject(value);
    const content = message?.['content'];
    if (typeof content === 'string') texts.push(content);
    for (const part of asArray(content)) {
      const text = asObject(part)?.['text'];
      if (typeof text === 'string') texts.push(text);
      else attachments += 1;
    }
    if (message?.['tool_calls']) texts.push(JSON.stringify(message['tool_calls']));
  }
  for (const field of ['tools', 'functions', 'response_format']) {
    if (body[field]) texts.push(JSON.stringify(body[field]));
  }
  return { text: texts.join('\n'), messages: messages.length, attachments };
}
