import { closingQuote } from '../../json/measure-json.ts';

/** Nearly every event of every stream begins like this, up to its text. Sticky. */
const beginning =
  /event: content_block_delta\r?\ndata: ?\{"type": ?"content_block_delta", ?"index": ?\d+, ?"delta": ?\{"type": ?"(?:text|thinking|input_json)_delta", ?"(?:text|thinking|partial_json)": ?"/y;
const ending = /" ?\} ?\}\s*$/;
/** What may stand behind the text of such an event, blank line included. */
const ENDING_MAX_CHARACTERS = 16;

/** Where the text of an event stands between its quotes. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the usual event in `[from, to)` has its text, so that it need not be parsed; null: it is another one. `text` is the
 * bytes as latin1, so that an index in the text is one in the bytes.
 */
export function usualDelta(text: string, from: number, to: number): TextRange | null {
  beginning.lastIndex = from;
  if (!beginning.test(text)) return null;
  const start = beginning.lastIndex;
  const end = closingQuote(text, start - 1);
  if (end >= to || to - end > ENDING_MAX_CHARACTERS || !ending.test(text.slice(end, to))) return null;
  return { start, end };
}
