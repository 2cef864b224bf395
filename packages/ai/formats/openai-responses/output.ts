import type { AnswerPart } from '../../chat/answer-part.ts';
import { type CallItem, openCallItem } from './call-item.ts';
import { annotationsOf } from './foreign-annotations.ts';
import { FORMAT } from './format-name.ts';
import { itemIdOf } from './item-ids.ts';
import { type MessageItem, openMessageItem } from './message-item.ts';
import { type Emit, itemAdded, itemDone, type OpenItem } from './output-emit.ts';
import { openReasoningItem, type ReasoningItem } from './reasoning-item.ts';
import type { ToolSpaces } from './tool-spaces.ts';

type PartOf<T extends AnswerPart['type']> = Extract<AnswerPart, { type: T }>;

/** The output of a response as parts of an answer come: one list of items, whether it is streamed or not. */
export interface Output {
  write(part: AnswerPart): void;
  /** Ends the items that are still open. `isWhole`: the model came to its end. */
  close(isWhole: boolean): void;
  /** The items, as JSON. */
  readonly json: () => string;
}

export interface OutputOptions {
  readonly requestId: string;
  readonly emit: Emit;
  /** The client asked for a summary of the thoughts: thoughts that are no summary stand where it looks for them. */
  readonly tellsThoughtsAsSummary: boolean;
  readonly spaces: ToolSpaces;
}

interface Writing extends OutputOptions {
  readonly items: Pick<OpenItem, 'json'>[];
  readonly calls: Map<number, CallItem>;
  /** The message or the thoughts that the next piece may belong to. Calls are open beside. */
  current: MessageItem | ReasoningItem | null;
}

export function createOutput(options: OutputOptions): Output {
  const writing: Writing = { ...options, items: [], calls: new Map(), current: null };
  return {
    write(part) {
      // A response has one choice.
      if ('choice' in part && part.choice !== 0) return;
      writePart(writing, part);
    },
    close(isWhole) {
      closeCurrent(writing, isWhole);
      for (const call of writing.calls.values()) call.close(isWhole);
      writing.calls.clear();
    },
    json: () => `[${writing.items.map((item) => item.json()).join(',')}]`,
  };
}

function writePart(writing: Writing, part: AnswerPart): void {
  switch (part.type) {
    case 'text-delta':
      if (part.text !== '') message(writing).addText(part.text);
      return;
    case 'refusal-delta':
      if (part.text !== '') message(writing).addRefusal(part.text);
      return;
    case 'reasoning-delta':
      if (part.text !== '') addThought(writing, part);
      return;
    case 'reasoning-proof':
      reasoning(writing).prove(part);
      closeCurrent(writing, true);
      return;
    case 'tool-call-start':
      startCall(writing, part);
      return;
    case 'tool-call-delta':
      if (part.input !== '') writing.calls.get(part.index)?.add(part.input);
      return;
    case 'tool-call-end':
      writing.calls.get(part.index)?.close(true);
      writing.calls.delete(part.index);
      return;
    case 'foreign':
      addForeign(writing, part);
      return;
    case 'audio-delta':
      // Sound has no place in this output; its words have.
      if (part.transcript !== '') message(writing).addText(part.transcript);
      return;
    case 'start':
    case 'finish':
      return;
  }
}

function message(writing: Writing): MessageItem {
  if (writing.current?.kind === 'message') return writing.current;
  closeCurrent(writing, true);
  const index = writing.items.length;
  const item = openMessageItem(writing.emit, index, itemIdOf('message', writing.requestId, index));
  writing.items.push(item);
  writing.current = item;
  return item;
}

function reasoning(writing: Writing): ReasoningItem {
  if (writing.current?.kind === 'reasoning') return writing.current;
  closeCurrent(writing, true);
  const index = writing.items.length;
  const item = openReasoningItem(writing.emit, index, itemIdOf('reasoning', writing.requestId, index));
  writing.items.push(item);
  writing.current = item;
  return item;
}

function addThought(writing: Writing, { text, summaryIndex }: PartOf<'reasoning-delta'>): void {
  reasoning(writing).add(text, summaryIndex ?? (writing.tellsThoughtsAsSummary ? 0 : null));
}

function startCall(writing: Writing, part: PartOf<'tool-call-start'>): void {
  closeCurrent(writing, true);
  writing.calls.get(part.index)?.close(true);
  const index = writing.items.length;
  const id = itemIdOf(part.kind === 'function' ? 'function_call' : 'custom_tool_call', writing.requestId, index);
  const { name, namespace } = writing.spaces.split(part.name);
  const item = openCallItem(writing.emit, index, id, { kind: part.kind, callId: part.id, name, namespace });
  writing.items.push(item);
  writing.calls.set(part.index, item);
}

/** What is this format's own stays; the places where a text comes from are told in its own way. */
function addForeign(writing: Writing, { value }: PartOf<'foreign'>): void {
  if (value.format !== FORMAT) {
    // What else another format has says nothing here.
    for (const annotation of annotationsOf(value)) message(writing).addAnnotation(annotation);
    return;
  }
  if (value.what === 'annotation') {
    message(writing).addAnnotation(value.json);
    return;
  }
  closeCurrent(writing, true);
  const index = writing.items.length;
  itemAdded(writing.emit, index, value.json);
  itemDone(writing.emit, index, value.json);
  writing.items.push({ json: () => value.json });
}

function closeCurrent(writing: Writing, isWhole: boolean): void {
  writing.current?.close(isWhole);
  writing.current = null;
}
