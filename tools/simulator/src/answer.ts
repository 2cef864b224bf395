import { documentFor } from './json-document.ts';
import { repeatWords, splitEvenly, splitJson, splitWords } from './pieces.ts';
import type { Prompt, Tool } from './prompt.ts';
import { RequestProblem } from './request-problem.ts';
import type { Script } from './script.ts';

/** What the simulator says, in the pieces in which a stream hands it out; the same request gives the same answer. */
export interface Answer {
  /** The tool that is called with the pieces as its arguments; undefined for text. */
  readonly toolName: string | undefined;
  readonly pieces: readonly string[];
  /** OpenAI's names (`stop`, `length`, `tool_calls`), or what the script says. */
  readonly finishReason: string;
}

/** The answer repeats this much of the user's text: enough to recognise it. */
const ECHO_MAX_CHARACTERS = 80;

/** Makes the answer to a prompt. `userText` is the last user message without a script prefix. */
export function answerTo(prompt: Prompt, script: Script, userText: string): Answer {
  const tool = script.text === undefined ? toolToCall(prompt) : undefined;
  const pieces = tool === undefined ? textPieces(prompt, script, userText) : argumentPieces(tool, script);
  const limit = prompt.outputTokensMax ?? Number.POSITIVE_INFINITY;
  const isCut = pieces.length > limit;
  return {
    toolName: tool?.name,
    pieces: isCut ? pieces.slice(0, limit) : pieces,
    finishReason: script.finishReason ?? (isCut ? 'length' : tool === undefined ? 'stop' : 'tool_calls'),
  };
}

function toolToCall(prompt: Prompt): Tool | undefined {
  if (prompt.turn !== 'user' || prompt.toolChoice.kind === 'none') return undefined;
  if (prompt.toolChoice.kind === 'auto') return prompt.tools[0];
  const { name } = prompt.toolChoice;
  const named = prompt.tools.find((tool) => tool.name === name);
  if (named === undefined) throw new RequestProblem(400, `tool_choice names '${name}', which is not among the tools.`);
  return named;
}

function argumentPieces(tool: Tool, script: Script): string[] {
  const json = JSON.stringify(tool.schema === undefined ? {} : documentFor(tool.schema));
  return script.chunks === undefined ? splitJson(json) : splitEvenly(json, script.chunks);
}

function textPieces(prompt: Prompt, script: Script, userText: string): string[] {
  if (script.text !== undefined) {
    return script.chunks === undefined ? splitWords(script.text) : splitEvenly(script.text, script.chunks);
  }
  const text = defaultText(prompt, userText);
  if (prompt.format.kind === 'text') {
    return script.chunks === undefined ? splitWords(text) : repeatWords(text, script.chunks);
  }
  const json = JSON.stringify(prompt.format.kind === 'schema' ? documentFor(prompt.format.schema) : { message: text });
  return script.chunks === undefined ? splitJson(json) : splitEvenly(json, script.chunks);
}

function defaultText(prompt: Prompt, userText: string): string {
  if (prompt.turn === 'tool') return `Thank you, the tool answered: "${echoOf(prompt.toolResultText)}".`;
  const seen = prompt.size.images === 0 ? '' : ` I also received ${prompt.size.images} image(s).`;
  return `Hello from the simulator! You said: "${echoOf(userText)}".${seen}`;
}

function echoOf(text: string): string {
  // Twice the length in code units holds the wanted code points, whatever they are, without spreading a huge text.
  const characters = Array.from(text.slice(0, ECHO_MAX_CHARACTERS * 2));
  const echo = characters.slice(0, ECHO_MAX_CHARACTERS).join('').toWellFormed().replace(/\s+/g, ' ').trim();
  return echo.length < text.trim().length && characters.length > ECHO_MAX_CHARACTERS ? `${echo}…` : echo;
}
