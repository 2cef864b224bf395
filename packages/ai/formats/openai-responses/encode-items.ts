import { createHash } from 'node:crypto';
import type { ReasoningPart, ToolCallPart, ToolResultPart } from '../../chat/content.ts';
import { RawJson } from '../../json/write-json.ts';
import type { Unplaced } from '../../translate/unplaced.ts';
import { encodeMedia, encodeTextPart } from './encode-media.ts';
import { FORMAT } from './format-name.ts';
import type { ToolNames } from './tool-names.ts';

/** OpenAI takes no longer ids of calls. */
const CALL_ID_MAX_CHARACTERS = 64;

export function encodeCall(part: ToolCallPart, names: ToolNames): unknown {
  const isFunction = part.kind === 'function';
  const prefix = isFunction ? 'fc' : 'ctc';
  return {
    type: isFunction ? 'function_call' : 'custom_tool_call',
    // Other formats' ids are refused.
    id: part.itemId?.startsWith(`${prefix}_`) === true ? part.itemId : undefined,
    call_id: callIdOf(part.id),
    name: names.sent(part.name),
    [isFunction ? 'arguments' : 'input']: part.input,
  };
}

export function encodeResult(part: ToolResultPart, at: string, unplaced: Unplaced): unknown {
  return {
    type: part.kind === 'function' ? 'function_call_output' : 'custom_tool_call_output',
    call_id: callIdOf(part.callId),
    output: outputOf(part, at, unplaced),
  };
}

function outputOf({ content }: ToolResultPart, at: string, unplaced: Unplaced): unknown {
  const [only] = content;
  if (only === undefined) return '';
  if (content.length === 1 && only.type === 'text' && only.cacheMark === undefined) return only.text;
  return content.flatMap((part) => {
    if (part.type === 'text') return [encodeTextPart(part, 'input_text')];
    if (part.type !== 'foreign') return encodeMedia(part, `${at}.content`, unplaced);
    if (part.format === FORMAT) return [new RawJson(part.json)];
    unplaced.leaveOut(`${at}.content`, `Responses has no '${part.what}'`);
    return [];
  });
}

/** The same for a call and its result. A long id becomes its digest, so that no two are the same. */
function callIdOf(id: string): string {
  if (id.length <= CALL_ID_MAX_CHARACTERS) return id;
  return `call_${createHash('sha256').update(id).digest('base64url')}`;
}

/** Pieces of thoughts become one item with the piece that has the proof of this format. Others have no place: see README.md. */
export interface Thoughts {
  add(part: ReasoningPart): void;
  /** What has no proof by now stays behind. */
  end(): void;
}

export function encodeThoughts(take: (item: unknown) => void): Thoughts {
  let pieces: ReasoningPart[] = [];
  return {
    add(part) {
      const [first] = pieces;
      if (first !== undefined && first.id !== part.id) pieces = [];
      pieces.push(part);
      if (part.proof === undefined) return;
      if (part.proof.format === FORMAT && part.proof.kind === 'encrypted')
        take(reasoningItem(pieces, part.proof.value));
      pieces = [];
    },
    end() {
      pieces = [];
    },
  };
}

/**
 * Whoever encrypts thoughts tells a summary of them at most: what another format's client sends back as the thoughts is that
 * summary, and a provider takes it nowhere else.
 */
function reasoningItem(pieces: readonly ReasoningPart[], encryptedContent: string): unknown {
  const id = pieces[0]?.id;
  return {
    type: 'reasoning',
    id: id?.startsWith('rs_') === true ? id : undefined,
    summary: pieces.filter(({ text }) => text !== '').map(({ text }) => ({ type: 'summary_text', text })),
    encrypted_content: encryptedContent,
  };
}
