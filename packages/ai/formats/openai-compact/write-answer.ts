import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { AnswerEnd, AnswerPart } from '../../chat/answer-part.ts';
import type { AnswerContext } from '../../format.ts';
import { writeJson } from '../../json/write-json.ts';
import { itemIdOf, responseIdOf } from '../openai-responses/item-ids.ts';
import { writeUsage } from '../openai-responses/write-usage.ts';

/**
 * A compaction out of a summary: the user's own messages, as at OpenAI, and one item of type `compaction`. The item has the
 * `summary` as it was written: whoever gives it to a client seals it.
 */
export function writeCompaction(
  parts: readonly AnswerPart[],
  end: AnswerEnd,
  { requestId, body, nowS }: AnswerContext,
): string {
  const messages = userMessages(body['input']).map((content, at) =>
    writeJson({ id: itemIdOf('message', requestId, at), type: 'message', status: 'completed', role: 'user', content }),
  );
  const summary = parts.map((part) => (part.type === 'text-delta' && part.choice === 0 ? part.text : '')).join('');
  const id = itemIdOf('compaction', requestId, messages.length);
  const compaction = writeJson({ id, type: 'compaction', summary: summary.trim() });
  return (
    `{"id":${JSON.stringify(responseIdOf(requestId))},"object":"response.compaction","created_at":${nowS},` +
    `"output":[${[...messages, compaction].join(',')}],"usage":${writeUsage(end)}}`
  );
}

/** The content of each message of the user's. */
function userMessages(input: unknown): readonly unknown[] {
  if (typeof input === 'string') return [textContent(input)];
  return asArray(input).flatMap((value) => {
    const item = asObject(value);
    return item !== null && isUsers(item) ? [contentOf(item)] : [];
  });
}

function isUsers({ type = 'message', role }: JsonObject): boolean {
  return (type ?? 'message') === 'message' && role === 'user';
}

function contentOf({ content }: JsonObject): unknown {
  return typeof content === 'string' ? textContent(content) : content;
}

function textContent(text: string): unknown {
  return [{ type: 'input_text', text }];
}
