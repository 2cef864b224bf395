import type { AnswerPart } from '../../chat/answer-part.ts';
import { FORMAT } from './format-name.ts';
import { toolIdOf } from './message-id.ts';
import { signatureOf } from './proof.ts';
import { plainToolId } from './tool-ids.ts';

/** A block of an answer as it grows. */
export type WrittenBlock =
  | { readonly kind: 'text'; text: string; readonly citations: string[] }
  | { readonly kind: 'thinking'; text: string; signature: string }
  | { readonly kind: 'redacted'; readonly data: string }
  | { readonly kind: 'tool'; readonly id: string; readonly name: string; text: string }
  /** JSON. */
  | { readonly kind: 'foreign'; readonly json: string };

/** The index of what is no call. */
const NO_CALL = -1;

export interface QueuedBlock {
  readonly block: WrittenBlock;
  /** The index of a tool's call, or `NO_CALL`. */
  readonly call: number;
  isOver: boolean;
}

/**
 * Puts an answer's parts into blocks, one after the other. Other formats may mix the pieces of several calls; in Messages a
 * block ends before the next one begins, so that a later block waits until the ones before it are over.
 */
export interface BlockQueue {
  add(part: AnswerPart): void;
  /** The blocks that are not over or not taken, in order. */
  readonly blocks: QueuedBlock[];
}

interface Queue {
  readonly requestId: string;
  readonly blocks: QueuedBlock[];
  /** Of thoughts in several summaries: which one was the last. */
  summaryIndex: number | undefined;
}

export function createBlockQueue(requestId: string): BlockQueue {
  const queue: Queue = { requestId, blocks: [], summaryIndex: undefined };
  return { blocks: queue.blocks, add: (part) => add(queue, part) };
}

function add(queue: Queue, part: AnswerPart): void {
  switch (part.type) {
    case 'text-delta':
    case 'refusal-delta':
      if (part.text !== '') openText(queue).text += part.text;
      break;
    case 'reasoning-delta':
      addThought(queue, part);
      break;
    case 'reasoning-proof':
      addProof(queue, part);
      break;
    case 'tool-call-start':
      begin(queue, { kind: 'tool', id: callIdOf(queue, part), name: part.name, text: '' }, part.index);
      break;
    case 'tool-call-delta': {
      const call = callOf(queue, part.index)?.block;
      if (call?.kind === 'tool') call.text += part.input;
      break;
    }
    case 'tool-call-end': {
      const call = callOf(queue, part.index);
      if (call) call.isOver = true;
      break;
    }
    case 'foreign':
      if (part.value.format !== FORMAT) break;
      if (part.value.what === 'citation') openText(queue).citations.push(part.value.json);
      else begin(queue, { kind: 'foreign', json: part.value.json });
  }
}

/** Texts and thoughts are over when something else begins. */
function begin({ blocks }: Queue, block: WrittenBlock, call = NO_CALL): void {
  const last = blocks.at(-1);
  if (last?.call === NO_CALL) last.isOver = true;
  blocks.push({ block, call, isOver: block.kind === 'redacted' || block.kind === 'foreign' });
}

function openText(queue: Queue): Extract<WrittenBlock, { kind: 'text' }> {
  const last = queue.blocks.at(-1);
  if (last?.block.kind === 'text' && !last.isOver) return last.block;
  const block: WrittenBlock = { kind: 'text', text: '', citations: [] };
  begin(queue, block);
  return block;
}

function openThinking(queue: Queue): Extract<WrittenBlock, { kind: 'thinking' }> {
  const last = queue.blocks.at(-1);
  if (last?.block.kind === 'thinking' && !last.isOver) return last.block;
  queue.summaryIndex = undefined;
  const block: WrittenBlock = { kind: 'thinking', text: '', signature: '' };
  begin(queue, block);
  return block;
}

function addThought(queue: Queue, { text, summaryIndex }: Extract<AnswerPart, { type: 'reasoning-delta' }>): void {
  const block = openThinking(queue);
  const before = queue.summaryIndex;
  queue.summaryIndex = summaryIndex;
  const isNext = summaryIndex !== undefined && before !== undefined && summaryIndex !== before;
  block.text += isNext ? `\n\n${text}` : text;
}

/** A proof of another format is carried where this one has a signature: only its maker can read it. */
function addProof(queue: Queue, { format, kind, value, id }: Extract<AnswerPart, { type: 'reasoning-proof' }>): void {
  if (format === FORMAT && kind === 'redacted') {
    begin(queue, { kind: 'redacted', data: value });
    return;
  }
  openThinking(queue).signature = signatureOf({ format, kind, value }, id);
  const last = queue.blocks.at(-1);
  if (last) last.isOver = true;
}

/** In the letters of this format, so that a client can send it to any provider; some models give none. */
function callIdOf({ requestId }: Queue, { id, index }: Extract<AnswerPart, { type: 'tool-call-start' }>): string {
  return id === '' ? toolIdOf(requestId, index) : plainToolId(id);
}

function callOf({ blocks }: Queue, index: number): QueuedBlock | undefined {
  return blocks.find(({ call }) => call === index);
}
