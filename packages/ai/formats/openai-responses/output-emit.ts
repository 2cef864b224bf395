/**
 * Tells a stream what happened to an item: the type of the event and its fields as JSON without braces. Every event gets its
 * number from the stream.
 */
export type Emit = (type: string, fields: string) => void;

/** What an item of output is while it is written. */
export interface OpenItem {
  readonly index: number;
  readonly id: string;
  /** Ends the item. `isWhole`: the model came to its end. */
  close(isWhole: boolean): void;
  /** The item as the whole response has it. */
  readonly json: () => string;
}

export function itemAdded(emit: Emit, index: number, json: string): void {
  emit('response.output_item.added', `"output_index":${index},"item":${json}`);
}

export function itemDone(emit: Emit, index: number, json: string): void {
  emit('response.output_item.done', `"output_index":${index},"item":${json}`);
}

export function statusOf(isOpen: boolean, isWhole: boolean): string {
  if (isOpen) return 'in_progress';
  return isWhole ? 'completed' : 'incomplete';
}
