import type { FrontFormatName } from '#ai/format.ts';

/** The last bytes of a stream that can hold its end with the line's end and blanks. */
const END_WITHIN_BYTES = 64;

/** Says of a piece of a stream whether it holds what tells a client that the answer is whole. */
export type TellsEnd = (piece: Buffer) => boolean;

/** OpenAI's SDKs stop at this line. */
const tellsDone: TellsEnd = (piece) =>
  /(?:^|[\r\n])data: ?\[DONE\]\s*$/.test(piece.toString('latin1', Math.max(0, piece.length - END_WITHIN_BYTES)));

/** No text of an answer holds the line's end of these: in JSON it is escaped. */
const namesEvent = (...names: readonly string[]): TellsEnd => {
  const lines = names.flatMap((name) => [`event: ${name}\n`, `event: ${name}\r\n`, `event:${name}\n`]);
  return (piece) => lines.some((line) => piece.includes(line));
};

/** What ends a stream of each format. */
export const tellsEndOf: Readonly<Record<FrontFormatName, TellsEnd>> = {
  'openai-chat': tellsDone,
  'openai-completions': tellsDone,
  'openai-embeddings': tellsDone,
  'openai-responses': namesEvent('response.completed', 'response.incomplete', 'response.failed'),
  // It is never streamed.
  'openai-compact': tellsDone,
  'anthropic-messages': namesEvent('message_stop'),
  // It has no event for the end: the last document says why the answer stopped. In a text the quotes are escaped.
  'gemini-generate': (piece) => piece.includes('"finishReason"'),
  'gemini-embeddings': tellsDone,
};
