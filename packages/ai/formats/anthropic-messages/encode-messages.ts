import type { ChatMessage } from '../../chat/content.ts';
import { NoPlace } from '../../format.ts';
import { RawJson } from '../../json/write-json.ts';
import { pairCalls } from '../pair-calls.ts';
import { appendTurn, type Entry, plainEntry, resultsFirst, type Turn } from '../turn.ts';
import { type ContentContext, encodePart } from './encode-content.ts';
import type { ModelTraits } from './model-traits.ts';
import { messagesCallIds } from './tool-ids.ts';

/** What stands for the user before an assistant's first words. */
const OPENING = '.';

export interface EncodedMessages {
  readonly system: readonly Entry[];
  readonly turns: readonly Turn[];
}

/**
 * A conversation as Anthropic takes it: all system messages in `system`, the two roles by turns, the results of a turn's
 * calls first in the next one. Throws `NoPlace` for what the API refuses in any form.
 */
export function encodeMessages(
  messages: readonly ChatMessage[],
  traits: ModelTraits,
  context: ContentContext,
): EncodedMessages {
  const system: Entry[] = [];
  const turns: Turn[] = [];
  for (const message of messages) {
    const entries = message.content.flatMap((part) => encodePart(part, message.at, context));
    if (entries.length === 0 && message.role !== 'assistant' && message.content.some(isNoText)) {
      throw new NoPlace(message.at, 'nothing of it would be left');
    }
    if (message.role === 'system') system.push(...entries);
    else appendTurn(turns, message.role, entries);
  }
  endWithUser(turns, traits, context);
  beginWithUser(turns);
  pairCalls(turns, messagesCallIds);
  for (const turn of turns) turn.entries = resultsFirst(turn.entries);
  if (turns.length > 0) return { system, turns };
  throw new NoPlace('messages', 'at least one message beside those of the system has to have content');
}

/** A text of white space alone is left out everywhere, and says nothing. */
function isNoText({ type }: { readonly type: string }): boolean {
  return type !== 'text';
}

/** The API refuses a conversation that an assistant begins, as one does with a greeting. */
function beginWithUser(turns: Turn[]): void {
  const [first] = turns;
  if (first?.role !== 'assistant') return;
  const at = first.entries[0]?.at ?? 'messages';
  turns.unshift({ role: 'user', entries: [plainEntry({ type: 'text', text: OPENING }, at)] });
}

/**
 * An answer that the client has begun goes without the white space at its end, which the API does not allow, and has no
 * place at a model that continues none.
 */
function endWithUser(turns: Turn[], { takesPrefill }: ModelTraits, { unplaced }: ContentContext): void {
  const last = turns.at(-1);
  if (last?.role !== 'assistant' || last.entries.some(({ link }) => link === 'call')) return;
  if (!takesPrefill) {
    unplaced.leaveOut(
      last.entries[0]?.at ?? 'messages',
      'this model does not continue an answer that the client has begun',
    );
    turns.pop();
    return;
  }
  const block = last.entries.at(-1)?.block;
  if (!block || block instanceof RawJson || typeof block['text'] !== 'string') return;
  Object.assign(block, { text: block['text'].trimEnd() });
}
