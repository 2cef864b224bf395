/** A word with the space before it; the last one takes what space is left. */
const WORD_PATTERN = /\s*\S+(?:\s+$)?/g;
/** About the size of a token in dense JSON. */
const JSON_PIECE_CHARACTERS = 8;

/** Splits prose into one piece a word; joined again they are the text. Text of spaces alone is one piece. */
export function splitWords(text: string): string[] {
  return text.match(WORD_PATTERN) ?? (text === '' ? [] : [text]);
}

/** Splits JSON into pieces of eight characters. */
export function splitJson(text: string): string[] {
  return splitEvenly(text, Math.ceil(text.length / JSON_PIECE_CHARACTERS));
}

/** Splits text into `count` pieces of about the same length, or one a character where it is shorter than that. */
export function splitEvenly(text: string, count: number): string[] {
  // By code points, so that no piece ends in half of a surrogate pair, which UTF-8 can't carry.
  const characters = Array.from(text);
  const pieces: string[] = [];
  const total = Math.min(count, characters.length);
  for (let piece = 0; piece < total; piece += 1) {
    const start = Math.floor((piece * characters.length) / total);
    const end = Math.floor(((piece + 1) * characters.length) / total);
    pieces.push(characters.slice(start, end).join(''));
  }
  return pieces;
}

/** Repeats the words of a text until there are exactly `count` of them. */
export function repeatWords(text: string, count: number): string[] {
  const words = splitWords(text);
  return Array.from({ length: count }, (_, index) => {
    const word = words[index % words.length] ?? '';
    return index > 0 && index % words.length === 0 ? ` ${word}` : word;
  });
}
