import type { Message } from '@bufbuild/protobuf';

/** Sets a text within a message, by the properties that lead to it. */
export function setAt(message: Message, path: readonly string[], text: string): void {
  const [last = '', ...above] = [...path].reverse();
  let target = message as unknown as Record<string, unknown>;
  for (const property of above.reverse()) target = target[property] as Record<string, unknown>;
  target[last] = text;
}
