const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** How far from an escaped quote the next one is looked for step by step. */
const NEAR_CHARACTERS = 8;

/** What makes JSON costly to parse. A bound on each has the same form. */
export interface JsonMeasure {
  /** Levels of nesting. */
  readonly depth: number;
  /** Fields of all objects, as written: a field given twice counts twice. */
  readonly fields: number;
  /** Fields of the outermost object, as written. */
  readonly topLevelFields: number;
  /** Fields and items of arrays: each comes after a comma or an opening bracket, and an empty list counts as one. */
  readonly values: number;
  /** Characters of the longest name of a field, as written. */
  readonly nameCharacters: number;
}

/**
 * Measures JSON text in one pass, without building anything, and stops one past the first bound that is passed. Strings
 * are skipped by searching for their closing quote, so that a photograph of megabytes costs next to nothing. Text that
 * is not JSON gives some measure and no error.
 */
export function measureJson(text: string, max: JsonMeasure): JsonMeasure {
  let level = 0;
  let depth = 0;
  let fields = 0;
  let topLevelFields = 0;
  let values = 0;
  let nameCharacters = 0;
  let stringCharacters = 0;
  const { length } = text;
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = closingQuote(text, at);
      stringCharacters = end - at - 1;
      at = end;
    } else if (code === COMMA) {
      if (++values > max.values) break;
    } else if (code === COLON) {
      if (level === 1 && ++topLevelFields > max.topLevelFields) break;
      if (stringCharacters > nameCharacters) nameCharacters = stringCharacters;
      if (++fields > max.fields || nameCharacters > max.nameCharacters) break;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (++level > depth) depth = level;
      if (depth > max.depth || ++values > max.values) break;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      level--;
    }
  }
  return { depth, fields, topLevelFields, values, nameCharacters };
}

/**
 * Where the string that opens at `start` closes; the end of the text where it does not. Linear: the backslashes counted
 * before a quote end at it, so that no two quotes count the same ones.
 */
export function closingQuote(text: string, start: number): number {
  let from = start + 1;
  for (;;) {
    const at = text.indexOf('"', from);
    if (at === -1) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return at;
    // Where one quote is escaped the next may be near, as in JSON within a string. A search costs as much as ten steps.
    from = at + 1;
    let end = from + NEAR_CHARACTERS;
    for (; from < end; from++) {
      const code = text.charCodeAt(from);
      if (code === QUOTE) return from;
      if (code !== BACKSLASH) continue;
      from++;
      end = from + NEAR_CHARACTERS;
    }
  }
}
