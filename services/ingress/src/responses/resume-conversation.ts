import { parseKeptDigits } from '#ai/json/parse-kept-digits.ts';
import { type FieldChange, spliceFields } from '#ai/json/splice-fields.ts';
import { writeJson } from '#ai/json/write-json.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { asArray, asObject, type JsonObject, parseObject } from '#kernel/json.ts';
import type { ConversationStore } from './conversations/conversation-store.ts';
import { noConversation } from './conversations/no-conversation.ts';
import type { ConversationBounds, ResponseStore, StoredResponse } from './response-store.ts';

/** A conversation of more turns is read and paid for anew with each one: its client should compact it. */
const TURNS_MAX = 1_000;

const RESPONSE_ID_MAX_CHARACTERS = 256;

/** The request with the conversation that it goes on from, and what this turn itself brings. */
export interface Resumed {
  /** The client's body, with the turns before in front of its own input. */
  readonly body: Buffer;
  readonly previousId: string | null;
  /** The conversation that this turn is added to at its end; null: none. */
  readonly conversationId: string | null;
  /** The items of this turn alone, each as JSON. */
  readonly input: readonly string[];
}

export interface ResumeRequest {
  readonly userId: string;
  readonly body: Buffer;
  readonly parsedBody: JsonObject;
  readonly bodyMaxBytes: number;
  readonly room: ConversationBounds['room'];
  /** Throws where the caller may not read a turn, or an item. */
  readonly assertReadable: (turn: Pick<StoredResponse, 'response'>, param: string) => void;
}

/**
 * Puts the turns before in front of a request's `input`, from the response that `previous_response_id` names, or from the
 * conversation that `conversation` does. Other bytes of the body stay as they are. Rejects with a `Fault` (`not_found`, `invalid_request`) that names the field.
 */
export async function resumeConversation(
  store: Pick<ResponseStore, 'conversation'>,
  conversations: Pick<ConversationStore, 'all'>,
  request: ResumeRequest,
): Promise<Resumed> {
  const { body, parsedBody } = request;
  const previousId = parsedBody['previous_response_id'] ?? null;
  const conversationId = conversationIn(parsedBody);
  const input = itemsOf(asObject(parseKeptDigits(body.toString()))?.['input']).map(writeJson);
  if (conversationId !== null) {
    if (previousId !== null) throw new Fault(bothGiven);
    const before = await itemsBefore(conversations, conversationId, request);
    const json = `[${[...before, ...input].join(',')}]`;
    const changes = new Map<string, FieldChange>([
      ['input', { kind: 'put', json }],
      ['conversation', { kind: 'remove' }],
    ]);
    return { body: spliceFields(body, parsedBody, changes), previousId, conversationId, input };
  }
  // `null` says nothing, and no provider need hear it.
  if (previousId === null) return { body, previousId, conversationId, input };
  const before = await turnsBefore(store, previousId, request);
  const json = `[${[...before.turns, ...input].join(',')}]`;
  const resumed = spliceFields(body, parsedBody, new Map([['input', { kind: 'put', json }]]));
  return { body: resumed, previousId: before.previousId, conversationId, input };
}

async function turnsBefore(
  store: Pick<ResponseStore, 'conversation'>,
  previousId: unknown,
  { userId, bodyMaxBytes, room, assertReadable }: ResumeRequest,
): Promise<{ readonly previousId: string; readonly turns: readonly string[] }> {
  if (!isId(previousId)) {
    throw new Fault(invalid("'previous_response_id' is the id of a response.", 'previous_response_id'));
  }
  const bounds = { turnsMax: TURNS_MAX, bytesMax: bodyMaxBytes, room };
  const turns = await store.conversation(userId, previousId, bounds);
  if (turns === 'missing') throw new Fault(notFound(previousId));
  if (turns === 'too-long') {
    const words = `The conversation is longer than this gateway takes: ${TURNS_MAX} turns, or ${bodyMaxBytes} bytes.`;
    throw new Fault(invalid(words, 'previous_response_id'));
  }
  for (const turn of turns) assertReadable(turn, 'previous_response_id');
  assertWhole(turns.at(-1));
  return { previousId, turns: turns.flatMap(itemsOfTurn) };
}

/** The items of a conversation as a provider takes them back. */
async function itemsBefore(
  conversations: Pick<ConversationStore, 'all'>,
  id: string,
  { userId, bodyMaxBytes, room, assertReadable }: ResumeRequest,
): Promise<readonly string[]> {
  const items = await conversations.all(userId, id, { bytesMax: bodyMaxBytes, room });
  if (items === 'missing') throw new Fault(noConversation(id));
  if (items === 'too-long') {
    const words = `The conversation is longer than the ${bodyMaxBytes} bytes that this gateway takes: begin another one.`;
    throw new Fault(invalid(words, 'conversation'));
  }
  for (const model of new Set(items.map((item) => item.model))) {
    if (model !== '') assertReadable({ response: JSON.stringify({ model }) }, 'conversation');
  }
  return items.flatMap(({ json }) => outputAsInput(parseKeptDigits(json)));
}

/** The conversation that a request names, as its id or as an object with it; null: none. */
function conversationIn({ conversation }: JsonObject): string | null {
  if (conversation === undefined || conversation === null) return null;
  const id = typeof conversation === 'string' ? conversation : asObject(conversation)?.['id'];
  if (isId(id)) return id;
  throw new Fault(invalid("'conversation' is the id of a conversation, or an object with it.", 'conversation'));
}

/** The database takes no NUL in a text. */
function isId(value: unknown): value is string {
  return (
    typeof value === 'string' && value !== '' && value.length <= RESPONSE_ID_MAX_CHARACTERS && !value.includes('\0')
  );
}

const bothGiven = invalid(
  "'conversation' and 'previous_response_id' say each what was before: send one of them.",
  'conversation',
);

/** What has failed, or was cancelled, in the background is no turn: what there is of it may be half a call of a tool. */
function assertWhole(turn: StoredResponse | undefined): void {
  const status = turn === undefined ? undefined : parseObject(turn.response)?.['status'];
  if (status !== 'failed' && status !== 'cancelled') return;
  const words = `The previous response is ${status}: go on from the one before it.`;
  throw new Fault(invalid(words, 'previous_response_id'));
}

function notFound(id: string) {
  return {
    code: 'not_found' as const,
    message: `Previous response with id '${id}' not found.`,
    param: 'previous_response_id',
  };
}

/** A turn's own items, and what it was answered. */
function itemsOfTurn({ input, response }: StoredResponse): string[] {
  const output = asArray(asObject(parseKeptDigits(response))?.['output']);
  return [...input, ...output.flatMap(outputAsInput)];
}

/**
 * An item of an answer as a provider takes it back. Its id stands for something that the provider has not kept. Thoughts
 * whose proof is not at hand are of no use to it, and OpenAI refuses them.
 */
function outputAsInput(value: unknown): string[] {
  const item = asObject(value);
  if (item === null) return [];
  const { id: _id, status: _status, ...rest } = item;
  if (item['type'] !== 'reasoning') return [writeJson(rest)];
  return typeof item['encrypted_content'] === 'string' ? [writeJson({ ...rest, id: item['id'] })] : [];
}

/** What a client may write for `input`: a text, or items. */
function itemsOf(input: unknown): readonly unknown[] {
  return typeof input === 'string' ? [{ role: 'user', content: input }] : asArray(input);
}
