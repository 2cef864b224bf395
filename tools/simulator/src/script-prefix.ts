import { parseScript } from './parse-script.ts';
import { RequestProblem } from './request-problem.ts';
import type { Script } from './script.ts';

const OPENING = '[[simulator';
const CLOSING = ']]';
/** A script is a few fields; the bound keeps the search for its end short in a huge message. */
const PREFIX_MAX_CHARACTERS = 16_384;

/**
 * Splits a user's text that begins with `[[simulator {JSON}]]` into the script and the rest; undefined when there is
 * no such prefix. Throws a RequestProblem (400) when the prefix is there and can't be read.
 */
export function readScriptPrefix(userText: string): { script: Script; rest: string } | undefined {
  if (!userText.startsWith(OPENING)) return undefined;
  const head = userText.slice(OPENING.length, PREFIX_MAX_CHARACTERS);
  let firstProblem: unknown;
  // The JSON may hold "]]" itself (in a string), so the first end that parses counts.
  for (let end = head.indexOf(CLOSING); end !== -1; end = head.indexOf(CLOSING, end + 1)) {
    try {
      const script = parseScript(head.slice(0, end));
      return { script, rest: userText.slice(OPENING.length + end + CLOSING.length).trimStart() };
    } catch (problem) {
      firstProblem ??= problem;
    }
  }
  throw (
    firstProblem ??
    new RequestProblem(
      400,
      `The text begins with ${OPENING} but has no ${CLOSING} in ${PREFIX_MAX_CHARACTERS} characters.`,
    )
  );
}
