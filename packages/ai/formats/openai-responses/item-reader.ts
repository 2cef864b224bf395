import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { AnswerPart } from '../../chat/answer-part.ts';
import { FORMAT } from './format-name.ts';
import { readProof } from './proof.ts';
import { joinedName } from './tool-spaces.ts';

/** Reads the items of an output, from events of a stream or whole. */
export interface ItemReader {
  /** An event about an item. What is unknown is passed over. */
  read(type: string, data: JsonObject): void;
  /** An item as it is when it is whole: what events did not tell of it is told now. */
  finish(index: number, item: JsonObject): void;
  /** The output has ended. */
  end(): void;
  readonly hasCalls: () => boolean;
}

/** How much of an item's texts was told. */
interface ReadItem {
  /** Empty: the provider gave none, or has not yet. */
  id: string;
  /** Characters by the place of the text: `content:0`, `summary:1`, `input`. */
  readonly told: Map<string, number>;
  /** Annotations by the part that they belong to. */
  readonly annotations: Map<number, number>;
  /** The number of the call among the calls; null: the item is none, or was not told of. */
  call: number | null;
  isOver: boolean;
}

interface Items {
  readonly give: (part: AnswerPart) => void;
  /** From names that were sent to the client's. */
  readonly toolNames: ReadonlyMap<string, string> | undefined;
  readonly byIndex: Map<number, ReadItem>;
  readonly byId: Map<string, ReadItem>;
  calls: number;
}

/** Text that a part of a message or of thoughts holds, and the part of an answer that it becomes. */
type TextKind = 'text' | 'refusal' | 'thought' | 'summary';

const deltas: ReadonlyMap<string, TextKind | 'input'> = new Map([
  ['response.output_text.delta', 'text'],
  ['response.refusal.delta', 'refusal'],
  ['response.reasoning_text.delta', 'thought'],
  ['response.reasoning_summary_text.delta', 'summary'],
  ['response.function_call_arguments.delta', 'input'],
  ['response.custom_tool_call_input.delta', 'input'],
  ['response.audio.transcript.delta', 'text'],
]);

export function createItemReader(
  give: (part: AnswerPart) => void,
  toolNames: ReadonlyMap<string, string> | undefined,
): ItemReader {
  const items: Items = { give, toolNames, byIndex: new Map(), byId: new Map(), calls: 0 };
  return {
    read: (type, data) => readItemEvent(items, type, data),
    finish: (index, item) => finishItem(items, index, item),
    end() {
      for (const item of items.byIndex.values()) endCall(items, item);
    },
    hasCalls: () => items.calls > 0,
  };
}

function readItemEvent(items: Items, type: string, data: JsonObject): void {
  const index = indexOf(data['output_index']);
  const kind = deltas.get(type);
  if (kind !== undefined) {
    const text = data['delta'];
    if (typeof text === 'string' && text !== '') readDelta(items, itemAt(items, index), kind, text, data);
    return;
  }
  const item = asObject(data['item']);
  if (type === 'response.output_item.added' && item !== null) {
    beginItem(items, itemOf(items, index, textOf(item['id'])), item);
  }
  if (type === 'response.output_item.done' && item !== null) finishItem(items, index, item);
  else if (type === 'response.output_text.annotation.added') {
    const annotation = asObject(data['annotation']);
    const part = indexOf(data['content_index']);
    if (annotation !== null) giveAnnotation(items, itemAt(items, index), part, annotation);
  }
}

function readDelta(items: Items, item: ReadItem, kind: TextKind | 'input', text: string, data: JsonObject): void {
  if (kind === 'input') {
    // Without its beginning a call has no name.
    if (item.call === null) return;
    addTold(item, 'input', text.length);
    items.give({ type: 'tool-call-delta', choice: 0, index: item.call, input: text });
    return;
  }
  const part = indexOf(data[kind === 'summary' ? 'summary_index' : 'content_index']);
  addTold(item, placeOf(kind, part), text.length);
  giveText(items, kind, part, text);
}

function giveText({ give }: Items, kind: TextKind, part: number, text: string): void {
  switch (kind) {
    case 'text':
      give({ type: 'text-delta', choice: 0, text });
      return;
    case 'refusal':
      give({ type: 'refusal-delta', choice: 0, text });
      return;
    case 'thought':
      give({ type: 'reasoning-delta', choice: 0, text });
      return;
    case 'summary':
      give({ type: 'reasoning-delta', choice: 0, text, summaryIndex: part });
  }
}

/** A call begins with its item; everything else begins with its first text. */
function beginItem(items: Items, read: ReadItem, item: JsonObject): void {
  const { type } = item;
  if ((type !== 'function_call' && type !== 'custom_tool_call') || read.call !== null) return;
  const called = textOf(item['name']);
  if (called === '') return;
  read.call = items.calls;
  items.calls += 1;
  const namespace = textOf(item['namespace']);
  items.give({
    type: 'tool-call-start',
    choice: 0,
    index: read.call,
    id: textOf(item['call_id']) || textOf(item['id']),
    name: namespace === '' ? (items.toolNames?.get(called) ?? called) : joinedName(namespace, called),
    kind: type === 'function_call' ? 'function' : 'custom',
  });
}

function finishItem(items: Items, index: number, item: JsonObject): void {
  const read = itemOf(items, index, textOf(item['id']));
  if (read.isOver) return;
  read.isOver = true;
  switch (item['type']) {
    case 'message':
      giveContent(items, read, asArray(item['content']));
      return;
    case 'reasoning':
      giveThoughts(items, read, item);
      return;
    case 'function_call':
    case 'custom_tool_call': {
      beginItem(items, read, item);
      const input = textOf(item[item['type'] === 'function_call' ? 'arguments' : 'input']);
      const rest = input.slice(read.told.get('input') ?? 0);
      if (read.call !== null && rest !== '') {
        items.give({ type: 'tool-call-delta', choice: 0, index: read.call, input: rest });
      }
      endCall(items, read);
      return;
    }
    default: {
      const what = textOf(item['type']);
      if (what === '') return;
      const value = { type: 'foreign', format: FORMAT, what, json: JSON.stringify(item) } as const;
      items.give({ type: 'foreign', choice: 0, value });
    }
  }
}

function giveContent(items: Items, read: ReadItem, content: readonly unknown[]): void {
  for (const [index, value] of content.entries()) {
    const part = asObject(value);
    if (part === null) continue;
    const isRefusal = part['type'] === 'refusal';
    const text = textOf(isRefusal ? part['refusal'] : part['text']);
    giveRest(items, read, isRefusal ? 'refusal' : 'text', index, text);
    const annotations = asArray(part['annotations']);
    for (const annotation of annotations.slice(read.annotations.get(index) ?? 0)) {
      const object = asObject(annotation);
      if (object !== null) giveAnnotation(items, read, index, object);
    }
  }
}

function giveThoughts(items: Items, read: ReadItem, item: JsonObject): void {
  for (const [index, piece] of asArray(item['summary']).entries()) {
    giveRest(items, read, 'summary', index, textOf(asObject(piece)?.['text']));
  }
  for (const [index, piece] of asArray(item['content']).entries()) {
    giveRest(items, read, 'thought', index, textOf(asObject(piece)?.['text']));
  }
  const encrypted = textOf(item['encrypted_content']);
  if (encrypted === '') return;
  const id = textOf(item['id']);
  items.give({ type: 'reasoning-proof', choice: 0, ...(id === '' ? {} : { id }), ...readProof(encrypted) });
}

function giveRest(items: Items, read: ReadItem, kind: TextKind, part: number, text: string): void {
  const rest = text.slice(read.told.get(placeOf(kind, part)) ?? 0);
  if (rest !== '') giveText(items, kind, part, rest);
}

function giveAnnotation(items: Items, read: ReadItem, part: number, annotation: JsonObject): void {
  read.annotations.set(part, (read.annotations.get(part) ?? 0) + 1);
  const value = { type: 'foreign', format: FORMAT, what: 'annotation', json: JSON.stringify(annotation) } as const;
  items.give({ type: 'foreign', choice: 0, value });
}

function endCall({ give }: Items, item: ReadItem): void {
  if (item.call === null) return;
  give({ type: 'tool-call-end', choice: 0, index: item.call });
  item.call = null;
}

function itemAt({ byIndex }: Items, index: number): ReadItem {
  const known = byIndex.get(index);
  if (known !== undefined) return known;
  const item: ReadItem = { id: '', told: new Map(), annotations: new Map(), call: null, isOver: false };
  byIndex.set(index, item);
  return item;
}

/** An item goes by its id before its place: the last list of a stream may leave items out. */
function itemOf(items: Items, index: number, id: string): ReadItem {
  const item = (id === '' ? undefined : items.byId.get(id)) ?? itemAt(items, index);
  if (item.id === '') name(items, item, id);
  return item;
}

function name(items: Items, item: ReadItem, id: string): void {
  item.id = id;
  if (id !== '') items.byId.set(id, item);
}

function placeOf(kind: TextKind, part: number): string {
  return `${kind === 'summary' || kind === 'thought' ? kind : 'content'}:${part}`;
}

function addTold(item: ReadItem, place: string, characters: number): void {
  item.told.set(place, (item.told.get(place) ?? 0) + characters);
}

function indexOf(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
