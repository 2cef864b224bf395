import { parseKeptDigits } from '#ai/json/parse-kept-digits.ts';
import { spliceFields } from '#ai/json/splice-fields.ts';
import { writeJson } from '#ai/json/write-json.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { asArray, asObject, type JsonObject, parseObject } from '#kernel/json.ts';
import type { ConversationBounds, ResponseStore, StoredResponse } from './response-store.ts';

/** A conversation of more turns is read and paid for anew with each one: its client should compact it. */
const TURNS_MAX = 1_000;

const RESPONSE_ID_MAX_CHARACTERS = 256;

/** The request with the conversation that it goes on from, and what this turn itself brings. */
export interface Resumed {
  /** The client's body, with the turns before in front of its own input. */
  readonly body: Buffer;
  readonly previousId: string | null;
  /** The items of this turn alone, each as JSON. */
  readonly input: readonly string[];
}

/**
 * Puts the turns before in front of a request's `input`, from the response that `previous_response_id` names. Other bytes of
 * the body stay as they are. Rejects with a `Fault` (`not_found`, `invalid_request`) that names the field.
 */
export async function resumeConversation(
  store: Pick<ResponseStore, 'conversation'>,
  request: {
    readonly userId: string;
    readonly body: Buffer;
    readonly parsedBody: JsonObject;
    readonly bodyMaxBytes: number;
    readonly room: ConversationBounds['room'];
    /** Throws where the caller may not read a turn. */
    readonly assertReadable: (turn: StoredResponse) => void;
  },
): Promise<Resumed> {
  const { userId, body, parsedBody, bodyMaxBytes, room, assertReadable } = request;
  const previousId = parsedBody['previous_response_id'] ?? null;
  const input = itemsOf(asObject(parseKeptDigits(body.toString()))?.['input']).map(writeJson);
  if (previousId === null) return { body, previousId, input };
  if (typeof previousId !== 'string' || previousId === '' || previousId.length > RESPONSE_ID_MAX_CHARACTERS) {
    throw new Fault(invalid("'previous_response_id' is the id of a response.", 'previous_response_id'));
  }
  const bounds = { turnsMax: TURNS_MAX, bytesMax: bodyMaxBytes, room };
  const turns = await store.conversation(userId, previousId, bounds);
  if (turns === 'missing') throw new Fault(notFound(previousId));
  if (turns === 'too-long') {
    const words = `The conversation is longer than this gateway takes: ${TURNS_MAX} turns, or ${bodyMaxBytes} bytes.`;
    throw new Fault(invalid(words, 'previous_response_id'));
  }
  for (const turn of turns) assertReadable(turn);
  assertWhole(turns.at(-1));
  const json = `[${[...turns.flatMap(itemsOfTurn), ...input].join(',')}]`;
  const resumed = spliceFields(body, parsedBody, new Map([['input', { kind: 'put', json }]]));
  return { body: resumed, previousId, input };
}

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
