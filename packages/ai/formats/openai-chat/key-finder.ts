/** Whether a part of a text has a key with a value other than null and `""`. Ask for parts from left to right. */
export type KeyFinder = (from: number, to: number) => boolean;
/** The index of the first place in a part of a text; -1: there is none. Ask for parts from left to right. */
export type Finder = (from: number, to: number) => number;

/** Remembers where the key stands next, so that a key that a piece lacks is searched for once, not once an event. */
export function finder(text: string, key: string): Finder {
  let at = -2;
  return (from, to) => {
    if (at !== -1 && at < from) at = text.indexOf(key, from);
    return at < to ? at : -1;
  };
}

export function valueFinder(text: string, key: string): KeyFinder {
  const find = finder(text, key);
  return (from, to) => {
    for (let at = find(from, to); at !== -1; at = find(at + 1, to)) {
      if (isValueAt(text, at + key.length)) return true;
    }
    return false;
  };
}

/** Whether a colon and then a value follows: providers write `"usage":null` and `"finish_reason":""` into every chunk. */
function isValueAt(text: string, afterKey: number): boolean {
  let next = afterKey;
  while (text.charCodeAt(next) <= 0x20) next += 1;
  // As a value, or as the end of a longer text, it has no colon after it.
  if (text[next] !== ':') return false;
  next += 1;
  while (text.charCodeAt(next) <= 0x20) next += 1;
  return !text.startsWith('null', next) && !text.startsWith('""', next);
}
