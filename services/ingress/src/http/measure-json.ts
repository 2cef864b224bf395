const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

export interface JsonMeasure {
  /** Levels of nesting; stops being counted one level past the most that were asked about. */
  readonly depth: number;
  /** Fields of the outermost object, as written: a field given twice counts twice. */
  readonly topLevelFields: number;
}

/**
 * Measures JSON text in one pass, without building anything. Strings are skipped by searching for their closing quote,
 * so that a photograph of megabytes costs next to nothing. Text that is not JSON gives some measure and no error.
 */
export function measureJson(text: string, depthMax: number): JsonMeasure {
  let level = 0;
  let depth = 0;
  let topLevelFields = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = closingQuote(text, at);
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      level++;
      if (level > depth) depth = level;
      if (depth > depthMax) break;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      level--;
    } else if (code === COLON && level === 1) {
      topLevelFields++;
    }
  }
  return { depth, topLevelFields };
}

/** Where the string that opens at `start` closes; the end of the text where it does not. */
function closingQuote(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return at;
  }
  return text.length;
}
