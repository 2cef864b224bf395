import { closingQuote } from '../json/measure-json.ts';

/** Names of fields as written, and places in arrays. */
export type JsonPath = readonly (string | number)[];

/**
 * Where the strings stand that are wanted by their path: the index behind the opening quote. `text` is JSON; of other text the
 * answer means nothing. Linear, and without recursion: a provider's JSON may be as deep as it is long.
 */
export function stringsAt(text: string, isWanted: (path: JsonPath) => boolean): readonly number[] {
  const found: number[] = [];
  const path: (string | number)[] = [];
  let isName = false;
  for (let at = 0; at < text.length; at += 1) {
    const last = path.length - 1;
    switch (text[at]) {
      case '{':
        path.push('');
        isName = true;
        break;
      case '[':
        path.push(0);
        isName = false;
        break;
      case '}':
      case ']':
        path.pop();
        break;
      case ':':
        isName = false;
        break;
      case ',': {
        const place = path[last];
        isName = typeof place === 'string';
        if (typeof place === 'number') path[last] = place + 1;
        break;
      }
      case '"': {
        const end = closingQuote(text, at);
        if (isName) path[last] = text.slice(at + 1, end);
        else if (isWanted(path)) found.push(at + 1);
        at = end;
        break;
      }
      default:
    }
  }
  return found;
}
