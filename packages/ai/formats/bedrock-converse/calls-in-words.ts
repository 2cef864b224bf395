import { asObject } from '#kernel/json.ts';
import { RawJson, writeJson } from '../../json/write-json.ts';
import { type Entry, plainEntry, type Turn } from '../turn.ts';

/**
 * A turn with its calls and their results as text, for a request that offers no tool. A model that is offered tools for the
 * sake of its earlier calls alone may call them, though its client forbids that or has none to run.
 */
export function withCallsInWords({ role, entries }: Turn): Turn {
  return { role, entries: entries.flatMap(inWords) };
}

function inWords(entry: Entry): readonly Entry[] {
  const { block, link, at } = entry;
  if (link === null || block instanceof RawJson) return [entry];
  if (link === 'call') {
    const { toolUseId, name, input } = asObject(block['toolUse']) ?? {};
    return [plainEntry({ text: `[Call ${toolUseId} of the tool ${name}: ${writeJson(input)}]` }, at)];
  }
  const { toolUseId, content, status } = asObject(block['toolResult']) ?? {};
  const told = status === 'error' ? `[Call ${toolUseId} failed:]` : `[Result of call ${toolUseId}:]`;
  return [{ text: told }, ...(content as readonly Entry['block'][])].map((each) => plainEntry(each, at));
}
