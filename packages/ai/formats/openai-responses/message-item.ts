import { type Emit, itemAdded, itemDone, type OpenItem, statusOf } from './output-emit.ts';

export interface MessageItem extends OpenItem {
  readonly kind: 'message';
  addText(text: string): void;
  addRefusal(text: string): void;
  /** `json`: where the text before it comes from. */
  addAnnotation(json: string): void;
}

interface ContentPart {
  readonly type: 'output_text' | 'refusal';
  text: string;
  readonly annotations: string[];
}

/** A message of the model: texts and refusals, each a part of its content. */
export function openMessageItem(emit: Emit, index: number, id: string): MessageItem {
  const parts: ContentPart[] = [];
  let isOpen = true;
  let isWhole = true;
  const place = () => `"item_id":${JSON.stringify(id)},"output_index":${index},"content_index":${parts.length - 1}`;
  const json = () =>
    `{"id":${JSON.stringify(id)},"type":"message","status":"${statusOf(isOpen, isWhole)}","role":"assistant",` +
    `"content":[${parts.map(partJson).join(',')}]}`;

  function endPart(): void {
    const part = parts.at(-1);
    if (part === undefined) return;
    const text = JSON.stringify(part.text);
    if (part.type === 'refusal') emit('response.refusal.done', `${place()},"refusal":${text}`);
    else emit('response.output_text.done', `${place()},"text":${text},"logprobs":[]`);
    emit('response.content_part.done', `${place()},"part":${partJson(part)}`);
  }

  function partFor(type: ContentPart['type']): ContentPart {
    const last = parts.at(-1);
    if (last?.type === type) return last;
    endPart();
    const part: ContentPart = { type, text: '', annotations: [] };
    parts.push(part);
    emit('response.content_part.added', `${place()},"part":${partJson(part)}`);
    return part;
  }

  itemAdded(emit, index, json());
  return {
    kind: 'message',
    index,
    id,
    addText(text) {
      partFor('output_text').text += text;
      emit('response.output_text.delta', `${place()},"delta":${JSON.stringify(text)},"logprobs":[]`);
    },
    addRefusal(text) {
      partFor('refusal').text += text;
      emit('response.refusal.delta', `${place()},"delta":${JSON.stringify(text)}`);
    },
    addAnnotation(annotation) {
      const { annotations } = partFor('output_text');
      emit(
        'response.output_text.annotation.added',
        `${place()},"annotation_index":${annotations.length},"annotation":${annotation}`,
      );
      annotations.push(annotation);
    },
    close(whole) {
      endPart();
      isOpen = false;
      isWhole = whole;
      itemDone(emit, index, json());
    },
    json,
  };
}

function partJson({ type, text, annotations }: ContentPart): string {
  if (type === 'refusal') return `{"type":"refusal","refusal":${JSON.stringify(text)}}`;
  return `{"type":"output_text","annotations":[${annotations.join(',')}],"logprobs":[],"text":${JSON.stringify(text)}}`;
}
