import type { RawJson } from '../../json/write-json.ts';
import type { Block } from './encode-media.ts';

/** A message of the request. Neighbours of one role are one. */
export interface Turn {
  readonly role: 'user' | 'assistant';
  /** Results first, in a user's turn. */
  entries: Entry[];
}

/** A block of a turn. Calls and results get the ids that go out when the whole conversation is known. */
export interface Entry {
  readonly block: Block | RawJson;
  readonly link: 'call' | 'result' | null;
  /** The client's id of the call. */
  readonly callId: string;
  /** The message that it stood in. */
  readonly at: string;
}
