import { asArray } from '#kernel/json.ts';
import { RawJson } from '../../json/write-json.ts';
import type { EncodedMessages } from './encode-messages.ts';

/** Anthropic takes no more of them in a request. */
const CACHE_MARKS_MAX = 4;

/**
 * Takes marks away until there are as many as Anthropic takes. The last ones stay, in the order of the prompt: tools, system,
 * messages. They save the most, because each stands for all that is before it. `isWholeMarked`: the request itself has one.
 */
export function keepLastMarks(tools: unknown, messages: EncodedMessages, isWholeMarked: boolean): void {
  const marked = [...markedIn(tools, messages)];
  const left = isWholeMarked ? CACHE_MARKS_MAX - 1 : CACHE_MARKS_MAX;
  for (const block of marked.slice(0, Math.max(0, marked.length - left))) {
    Object.assign(block, { cache_control: undefined });
  }
}

function* markedIn(tools: unknown, { system, turns }: EncodedMessages): Iterable<object> {
  for (const tool of asArray(tools)) yield* marksOf(tool);
  for (const { block } of system) yield* marksOf(block);
  for (const { entries } of turns) for (const { block } of entries) yield* marksOf(block);
}

/** What stands in the result of a tool comes before the result. */
function* marksOf(block: unknown): Iterable<object> {
  if (typeof block !== 'object' || block === null || block instanceof RawJson) return;
  if ('content' in block) for (const inner of asArray(block.content)) yield* marksOf(inner);
  if ('cache_control' in block && block.cache_control !== undefined) yield block;
}
