import { type Emit, itemAdded, itemDone, type OpenItem, statusOf } from './output-emit.ts';

export interface CallItem extends OpenItem {
  readonly kind: 'call';
  add(input: string): void;
}

export interface Called {
  readonly kind: 'function' | 'custom';
  readonly callId: string;
  readonly name: string;
  /** The group of tools that the tool stands in; null: none. */
  readonly namespace: string | null;
}

/** Events and fields of both kinds of calls. */
const spellings = {
  function: { type: 'function_call', field: 'arguments', event: 'response.function_call_arguments' },
  custom: { type: 'custom_tool_call', field: 'input', event: 'response.custom_tool_call_input' },
} as const;

/** A call of a tool that the client runs. */
export function openCallItem(emit: Emit, index: number, id: string, called: Called): CallItem {
  const { type, field, event } = spellings[called.kind];
  const place = `"item_id":${JSON.stringify(id)},"output_index":${index}`;
  const name = `"name":${JSON.stringify(called.name)}`;
  const namespace = called.namespace === null ? '' : `,"namespace":${JSON.stringify(called.namespace)}`;
  let input = '';
  let isOpen = true;
  let isWhole = true;
  const json = () =>
    `{"id":${JSON.stringify(id)},"type":"${type}","status":"${statusOf(isOpen, isWhole)}",` +
    `"${field}":${JSON.stringify(input)},"call_id":${JSON.stringify(called.callId)},${name}${namespace}}`;

  itemAdded(emit, index, json());
  return {
    kind: 'call',
    index,
    id,
    add(text) {
      input += text;
      emit(`${event}.delta`, `${place},"delta":${JSON.stringify(text)}`);
    },
    close(whole) {
      isOpen = false;
      isWhole = whole;
      const told = called.kind === 'function' ? `,${name}` : '';
      emit(`${event}.done`, `${place},"${field}":${JSON.stringify(input)}${told}`);
      itemDone(emit, index, json());
    },
    json,
  };
}
