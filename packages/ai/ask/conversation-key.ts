import { hash } from 'node:crypto';
import { asArray, asObject } from '#kernel/json.ts';

/**
 * Of each text so many characters of its beginning, and of a message of its end as well: a key costs some µs, however long the
 * prompt is. System prompts begin with who the assistant is, and name the time of day further down.
 */
const EDGE_CHARACTERS = 512;

/** Where the first message of a user is looked for: agents begin with a few of the developer's. */
const MESSAGES_MAX = 16;

/** A key of the client's own; a longer one is digested. */
const OWN_KEY_MAX_CHARACTERS = 256;

/** How a conversation begins. */
export interface Beginning {
  /** The client's own word for the conversation, or for what its prompts share. */
  readonly ownKey?: unknown;
  /** The system prompt, where it does not stand among the messages: a text or parts. */
  readonly system?: unknown;
  /** A text, or messages of `role` and `content`. */
  readonly messages: unknown;
}

/**
 * What the turns of a conversation have in common, and other conversations have not: the client's own key, else a digest of the
 * system prompt's beginning and the first message of a user. The model is no part of it. Undefined: there is nothing to go by.
 */
export function conversationKey({ ownKey, system, messages }: Beginning): string | undefined {
  if (typeof ownKey === 'string' && ownKey !== '') {
    return ownKey.length <= OWN_KEY_MAX_CHARACTERS ? ownKey : digest(ownKey);
  }
  const begins = beginningOf(system, messages);
  return begins === '\n' ? undefined : digest(begins);
}

/** Of a prompt that grows with each turn: its beginning alone stays the same. */
export function promptKey(prompt: unknown): string | undefined {
  const first = Array.isArray(prompt) && typeof prompt[0] !== 'number' ? prompt[0] : prompt;
  if (typeof first === 'string') return first === '' ? undefined : digest(headOf(first));
  const tokens = asArray(first);
  return tokens.length === 0 ? undefined : digest(tokens.slice(0, EDGE_CHARACTERS).join(' '));
}

function beginningOf(system: unknown, messages: unknown): string {
  if (typeof messages === 'string') return `${headOf(firstText(system))}\n${edgesOf(messages)}`;
  const list = asArray(messages);
  let systemText = firstText(system);
  for (const value of list.slice(0, MESSAGES_MAX)) {
    const message = asObject(value);
    const role = message?.['role'];
    if (role === 'user') return `${headOf(systemText)}\n${edgesOf(message?.['content'])}`;
    if (systemText === '' && (role === 'system' || role === 'developer')) systemText = firstText(message?.['content']);
  }
  // No user has said anything: what stands first has to do.
  const first = systemText === '' ? edgesOf(asObject(list[0])?.['content']) : '';
  return `${headOf(systemText)}\n${first}`;
}

function headOf(text: string): string {
  return text.slice(0, EDGE_CHARACTERS);
}

/** The beginning of a message and its end: programs put the same words before many a question. */
function edgesOf(content: unknown): string {
  if (!Array.isArray(content)) return edgesOfText(content);
  const first = textOf(content[0]);
  if (content.length === 1) return edgesOfText(first);
  return `${headOf(first)}\n${textOf(content.at(-1)).slice(-EDGE_CHARACTERS)}`;
}

function edgesOfText(text: unknown): string {
  if (typeof text !== 'string') return '';
  return text.length <= 2 * EDGE_CHARACTERS ? text : text.slice(0, EDGE_CHARACTERS) + text.slice(-EDGE_CHARACTERS);
}

function firstText(content: unknown): string {
  return typeof content === 'string' ? content : textOf(asArray(content)[0]);
}

/** The text of a part; of a picture, a sound or a file its data, which tells it from others as well. */
function textOf(value: unknown): string {
  const part = asObject(value);
  if (part === null) return typeof value === 'string' ? value : '';
  if (typeof part['text'] === 'string') return part['text'];
  for (const name of ['image_url', 'file', 'input_audio', 'source', 'file_data', 'file_url', 'content']) {
    const held = part[name];
    if (typeof held === 'string') return held;
    const data = asObject(held);
    for (const inner of ['url', 'data', 'file_data']) if (typeof data?.[inner] === 'string') return data[inner];
  }
  return '';
}

function digest(text: string): string {
  return hash('sha256', text, 'base64url');
}
