import { documentFor } from './json-document.ts';
import { repeatWords, splitEvenly, splitJson, splitWords } from './pieces.ts';
import type { Prompt, Tool } from './prompt.ts';
import { RequestProblem } from './request-problem.ts';
import type { Script } from './script.ts';

/** A part of an answer, in the pieces in which a stream hands it out. */
export type Block =
  | { readonly kind: 'thought'; readonly pieces: readonly string[] }
  | { readonly kind: 'text'; readonly pieces: readonly string[] }
  /** A tool is called with the pieces as its input: JSON for a function, any text for a custom tool. */
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly toolKind: Tool['kind'];
      readonly pieces: readonly string[];
    };

/** What the simulator says; the same request gives the same answer. */
export interface Answer {
  readonly blocks: readonly Block[];
  readonly piecesTotal: number;
  readonly thoughtPieces: number;
  /** OpenAI's names (`stop`, `length`, `tool_calls`), or what the script says. */
  readonly finishReason: string;
}

/** The answer repeats this much of the user's text: enough to recognise it. */
const ECHO_MAX_CHARACTERS = 80;
const CUSTOM_TOOL_INPUT = 'Whatever the tool takes.';

/** Makes the answer to a prompt. `userText` is the last user message without a script prefix. */
export function answerTo(prompt: Prompt, script: Script, userText: string): Answer {
  if (prompt.format.kind === 'none') return { blocks: [], piecesTotal: 0, thoughtPieces: 0, finishReason: 'stop' };
  const tool = script.text === undefined ? toolToCall(prompt) : undefined;
  const said: readonly Block[] =
    tool === undefined
      ? [{ kind: 'text', pieces: textPieces(prompt, script, userText) }]
      : Array.from({ length: script.toolCalls ?? 1 }, () => callOf(tool, script));
  const whole = [...thoughtsOf(prompt, script, userText), ...said];
  const blocks = cutTo(whole, prompt.outputTokensMax ?? Number.POSITIVE_INFINITY);
  const piecesTotal = countPieces(blocks);
  const isCut = piecesTotal < countPieces(whole);
  return {
    blocks,
    piecesTotal,
    thoughtPieces: countPieces(blocks.filter(({ kind }) => kind === 'thought')),
    finishReason: script.finishReason ?? (isCut ? 'length' : tool === undefined ? 'stop' : 'tool_calls'),
  };
}

/** The text of an answer; empty where it has none. */
export function textOfAnswer({ blocks }: Answer): string {
  return blocks.flatMap((block) => (block.kind === 'text' ? block.pieces : [])).join('');
}

function thoughtsOf(prompt: Prompt, script: Script, userText: string): readonly Block[] {
  const thoughts = script.thoughts ?? (prompt.thinks ? `The user said "${echoOf(userText)}". I will answer.` : '');
  return thoughts === '' ? [] : [{ kind: 'thought', pieces: splitWords(thoughts) }];
}

function cutTo(blocks: readonly Block[], piecesMax: number): readonly Block[] {
  let left = piecesMax;
  const kept: Block[] = [];
  for (const block of blocks) {
    // The first block stays even if it is empty: a message has content.
    if (left <= 0 && kept.length > 0) break;
    kept.push(block.pieces.length > left ? { ...block, pieces: block.pieces.slice(0, left) } : block);
    left -= block.pieces.length;
  }
  return kept;
}

function countPieces(blocks: readonly Block[]): number {
  return blocks.reduce((total, block) => total + block.pieces.length, 0);
}

function toolToCall(prompt: Prompt): Tool | undefined {
  if (prompt.turn !== 'user' || prompt.toolChoice.kind === 'none') return undefined;
  if (prompt.toolChoice.kind === 'auto') return prompt.tools[0];
  const { name } = prompt.toolChoice;
  const named = prompt.tools.find((tool) => tool.name === name);
  if (named === undefined) throw new RequestProblem(400, `tool_choice names '${name}', which is not among the tools.`);
  return named;
}

function callOf({ name, kind, schema }: Tool, script: Script): Block {
  if (kind === 'custom') {
    const pieces =
      script.chunks === undefined ? splitWords(CUSTOM_TOOL_INPUT) : repeatWords(CUSTOM_TOOL_INPUT, script.chunks);
    return { kind: 'call', name, toolKind: kind, pieces };
  }
  const json = JSON.stringify(schema === undefined ? {} : documentFor(schema));
  const pieces = script.chunks === undefined ? splitJson(json) : splitEvenly(json, script.chunks);
  return { kind: 'call', name, toolKind: kind, pieces };
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
