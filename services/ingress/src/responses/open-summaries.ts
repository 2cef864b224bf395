import { SUMMARY_INTRODUCTION } from '#ai/formats/openai-compact/summary-wish.ts';
import { parseObjectKeptDigits } from '#ai/json/parse-kept-digits.ts';
import { spliceFields } from '#ai/json/splice-fields.ts';
import { writeJson } from '#ai/json/write-json.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { asArray, asObject } from '#kernel/json.ts';
import type { BeginTurn } from './conversation.ts';
import { SUMMARY_SEAL, type SummarySeals } from './summary-seals.ts';

/** Whether a body has a summary that the gateway sealed. What is quoted of one may be taken for one here. */
export function hasSummary(body: Buffer): boolean {
  return body.includes(SUMMARY_SEAL);
}

/**
 * Puts the summaries that the gateway sealed in the place of their items, whatever provider comes next. Throws a `Fault`
 * (`invalid_request`) that names an item which cannot be opened. The very same bytes where there is none.
 */
function openSummaries(seals: Pick<SummarySeals, 'open'>, userId: string, body: Buffer): Buffer {
  const parsed = hasSummary(body) ? parseObjectKeptDigits(body.toString()) : null;
  if (parsed === null) return body;
  const items = asArray(parsed['input']);
  const opened = items.map((item, at) => openedItem(seals, userId, item, at));
  if (opened.every((item, at) => item === items[at])) return body;
  return spliceFields(body, parsed, new Map([['input', { kind: 'put', json: writeJson(opened) }]]));
}

function openedItem(seals: Pick<SummarySeals, 'open'>, userId: string, value: unknown, at: number): unknown {
  const item = asObject(value);
  const sealed = item?.['type'] === 'compaction' ? item['encrypted_content'] : undefined;
  if (typeof sealed !== 'string' || !sealed.startsWith(SUMMARY_SEAL)) return value;
  const summary = seals.open(userId, sealed);
  if (summary === undefined) {
    const param = `input[${at}].encrypted_content`;
    const words = `The compaction in '${param}' is not one that was made for this user, or it was changed.`;
    throw new Fault(invalid(words, param));
  }
  const text = `${SUMMARY_INTRODUCTION}\n\n${summary}`;
  return { type: 'message', role: 'developer', content: [{ type: 'input_text', text }] };
}

/** Turns whose summaries are opened. What is kept of them is what the client sent. */
export function withOpenedSummaries(beginTurn: BeginTurn, seals: Pick<SummarySeals, 'open'>): BeginTurn {
  return async (exchange, caller, body, parsedBody) => {
    const turn = await beginTurn(exchange, caller, body, parsedBody);
    return { ...turn, body: openSummaries(seals, caller.userId, turn.body) };
  };
}
