import { type FieldChange, spliceFields } from '#ai/json/splice-fields.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import type { JsonObject } from '#kernel/json.ts';
import { STREAM_ID_MAX_CHARACTERS } from './socket-bounds.ts';

/** A turn that a client asks for in a socket. */
export interface TurnAsked {
  /** The body that the same request has over HTTP, as a stream. */
  readonly body: Buffer;
  /** false: what it says is only taken in, to be gone on from. */
  readonly generates: boolean;
}

/** What a message has beside the request. */
const ownFields: readonly string[] = ['type', 'stream_id', 'generate'];

/** The lane that a message names; undefined: the unnamed one. Throws a `Fault`. */
export function streamIdOf({ stream_id: given = null }: JsonObject): string | undefined {
  if (given === null) return undefined;
  if (typeof given === 'string' && given !== '' && given.length <= STREAM_ID_MAX_CHARACTERS) return given;
  throw new Fault(invalid(`'stream_id' is a text of up to ${STREAM_ID_MAX_CHARACTERS} characters.`, 'stream_id'));
}

/** Reads a message of a client's. Throws a `Fault` that names the field. */
export function readMessage(bytes: Buffer, parsed: JsonObject): TurnAsked {
  const { type, stream = null, background = null, generate = null } = parsed;
  if (type === 'response.steer') {
    throw new Fault(invalid('A running response cannot be steered here: send the input with the next turn.', 'type'));
  }
  if (type !== 'response.create') {
    throw new Fault(invalid("A message's 'type' is 'response.create'.", 'type'));
  }
  // It goes without saying, and Codex says so.
  if (stream !== null && stream !== true) {
    throw new Fault(invalid("Unsupported parameter: 'stream'. Every response in a socket is a stream.", 'stream'));
  }
  if (background !== null && background !== false) {
    const words = "Unsupported parameter: 'background'. A response in a socket is for whoever holds the socket.";
    throw new Fault(invalid(words, 'background'));
  }
  if (generate !== null && typeof generate !== 'boolean') {
    throw new Fault(invalid("Invalid type for 'generate': expected a boolean.", 'generate'));
  }
  const changes = new Map<string, FieldChange>([['stream', { kind: 'put', json: 'true' }]]);
  for (const name of ownFields) if (Object.hasOwn(parsed, name)) changes.set(name, { kind: 'remove' });
  const body = spliceFields(bytes, parsed, changes);
  return { body, generates: generate !== false };
}
