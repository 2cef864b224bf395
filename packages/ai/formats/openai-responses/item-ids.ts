/** What ids of this format begin with, by the type of the thing. */
const prefixes = {
  response: 'resp',
  message: 'msg',
  reasoning: 'rs',
  function_call: 'fc',
  custom_tool_call: 'ctc',
  compaction: 'cmp',
} as const;

/** The id of a response that the gateway writes itself: the same for a request wherever it is told. */
export function responseIdOf(requestId: string): string {
  return `${prefixes.response}_${plain(requestId)}`;
}

/** The id of an item of such a response. */
export function itemIdOf(type: Exclude<keyof typeof prefixes, 'response'>, requestId: string, index: number): string {
  return `${prefixes[type]}_${plain(requestId)}_${index}`;
}

function plain(requestId: string): string {
  return requestId.replaceAll('-', '');
}
