import { RequestProblem } from './request-problem.ts';
import { parseScript, type Script } from './script.ts';

const opening = '[[simulator';
const closing = ']]';
/** A script is a few fields; the bound keeps the search for its end short in a huge message. */
const prefixMaxCharacters = 16_384;

/**
 * Splits a user's text that begins with `[[simulator {JSON}]]` into the script and the rest; undefined when there is
 * no such prefix. Throws a RequestProblem (400) when the prefix is there and can't be read.
 */
export function readScriptPrefix(userText: string): { script: Script; rest: string } | undefined {
  if (!userText.startsWith(opening)) {
    return undefined;
  }
  const head = userText.slice(opening.length, prefixMaxCharacters);
  let firstProblem: unknown;
  // The JSON may hold "]]" itself (in a string), so the first end that parses counts.
  for (let end = head.indexOf(closing); end !== -1; end = head.indexOf(closing, end + 1)) {
    try {
      const script = parseScript(head.slice(0, end));
      return { script, rest: userText.slice(opening.length + end + closing.length).trimStart() };
    } catch (problem) {
      firstProblem ??= problem;
    }
  }
  throw (
    firstProblem ??
    new RequestProblem(
      400,
      `The text begins with ${opening} but has no ${closing} in ${prefixMaxCharacters} characters.`,
    )
  );
}
