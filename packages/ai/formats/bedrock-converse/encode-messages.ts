import type { ChatMessage } from '../../chat/content.ts';
import { NoPlace } from '../../format.ts';
import { RawJson } from '../../json/write-json.ts';
import { pairCalls } from '../pair-calls.ts';
import { appendTurn, type Entry, plainEntry, resultsFirst, type Turn } from '../turn.ts';
import { isCachePoint } from './cache-points.ts';
import { callIdsFor } from './call-ids.ts';
import { type ContentContext, encodePart } from './encode-content.ts';

/** Stands for the user before a model's first words, and beside a document without any. */
const OPENING = '.';

export interface EncodedMessages {
  readonly system: readonly Entry[];
  readonly turns: readonly Turn[];
}

/**
 * A conversation as Amazon takes it: all system messages in `system`, the two roles by turns, the results of a turn's calls
 * first in the next one. Throws `NoPlace` for what Amazon refuses in any form.
 */
export function encodeMessages(messages: readonly ChatMessage[], context: ContentContext): EncodedMessages {
  const system: Entry[] = [];
  const turns: Turn[] = [];
  for (const message of messages) {
    const entries = message.content.flatMap((part) => encodePart(part, message.at, context));
    if (entries.length === 0 && message.role !== 'assistant' && message.content.some(({ type }) => type !== 'text')) {
      throw new NoPlace(message.at, 'nothing of it would be left');
    }
    if (message.role === 'system') system.push(...entries);
    else appendTurn(turns, message.role, entries);
  }
  endWithUser(turns, context);
  const [first] = turns;
  if (first?.role === 'assistant') {
    turns.unshift({ role: 'user', entries: [plainEntry({ text: OPENING }, first.entries[0]?.at ?? 'messages')] });
  }
  pairCalls(turns, callIdsFor(context.traits));
  for (const turn of turns) {
    turn.entries = resultsFirst(turn.entries);
    addWords(turn);
  }
  if (turns.length > 0) return { system, turns };
  throw new NoPlace('messages', 'at least one message beside those of the system has to have content');
}

/** Amazon takes a document beside a text only. */
function addWords({ role, entries }: Turn): void {
  const has = (field: string): boolean => entries.some(({ block }) => !(block instanceof RawJson) && field in block);
  if (role === 'user' && has('document') && !has('text')) {
    entries.push(plainEntry({ text: OPENING }, entries[0]?.at ?? 'messages'));
  }
}

/** An answer that the client has begun has no white space at its end, and no place at a model that continues none. */
function endWithUser(turns: Turn[], { traits, unplaced }: ContentContext): void {
  const last = turns.at(-1);
  if (last?.role !== 'assistant' || last.entries.some(({ link }) => link === 'call')) return;
  if (!traits.takesPrefill) {
    unplaced.leaveOut(
      last.entries[0]?.at ?? 'messages',
      'this model does not continue an answer that the client has begun',
    );
    turns.pop();
    return;
  }
  const block = last.entries.findLast((entry) => !isCachePoint(entry.block))?.block;
  if (block === undefined || block instanceof RawJson || typeof block['text'] !== 'string') return;
  Object.assign(block, { text: block['text'].trimEnd() });
}
