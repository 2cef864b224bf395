import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { ReasoningPart } from '../../chat/content.ts';
import type { FormatName } from '../../format.ts';

/**
 * Thoughts that go back to whoever made them, in the form that OpenRouter has made usual: chat itself has none. A client
 * that sends `reasoning_details` of an answer back lets a model of another format go on with its thoughts.
 */
export interface ReasoningDetail {
  readonly type: 'reasoning.text' | 'reasoning.encrypted' | 'reasoning.summary';
  readonly text?: string;
  readonly summary?: string;
  readonly signature?: string;
  readonly data?: string;
  readonly id?: string;
  readonly format: string;
  readonly index: number;
}

/** The formats' names there. */
const names: ReadonlyMap<string, string> = new Map<FormatName, string>([
  ['anthropic-messages', 'anthropic-claude-v1'],
  ['openai-responses', 'openai-responses-v1'],
]);

/** What a proof of thoughts is told as. */
export function reasoningDetail(
  text: string,
  proof: NonNullable<ReasoningPart['proof']> & { readonly id?: string | undefined },
  index: number,
): ReasoningDetail {
  const named = {
    format: names.get(proof.format) ?? proof.format,
    index,
    ...(proof.id !== undefined && { id: proof.id }),
  };
  if (proof.kind === 'signature') return { type: 'reasoning.text', text, signature: proof.value, ...named };
  return { type: 'reasoning.encrypted', data: proof.value, ...named, ...(text !== '' && { summary: text }) };
}

/** The thoughts of an earlier answer: with their proofs where the client sends them back, else as text. */
export function decodeReasoning(message: JsonObject): ReasoningPart[] {
  const parts = asArray(message['reasoning_details']).flatMap((detail) => partOf(asObject(detail)));
  if (parts.length > 0) return parts;
  const text = message['reasoning_content'] ?? message['reasoning'];
  return typeof text === 'string' && text !== '' ? [{ type: 'reasoning', text }] : [];
}

function partOf(detail: JsonObject | null): ReasoningPart[] {
  if (detail === null) return [];
  const id = typeof detail['id'] === 'string' ? { id: detail['id'] } : {};
  const text = textOf(detail['text']) || textOf(detail['summary']);
  const value = textOf(detail['signature']) || textOf(detail['data']);
  const isSummary = detail['type'] === 'reasoning.text' ? {} : text === '' ? {} : { isSummary: true };
  if (value === '') return text === '' ? [] : [{ type: 'reasoning', text, ...isSummary, ...id }];
  const format = formatOf(textOf(detail['format']));
  const kind =
    detail['type'] !== 'reasoning.encrypted' ? 'signature' : format === 'anthropic-messages' ? 'redacted' : 'encrypted';
  return [{ type: 'reasoning', text, ...isSummary, ...id, proof: { format, kind, value } }];
}

function formatOf(name: string): string {
  for (const [format, told] of names) if (told === name) return format;
  return name;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
