import { RequestProblem } from '../request-problem.ts';
import type { ContentBlock } from './block-shape.ts';

/** One message of a conversation, its content as blocks. */
export interface Message {
  readonly role: 'user' | 'assistant' | 'system';
  readonly blocks: readonly ContentBlock[];
}

interface Turn {
  readonly role: string;
  readonly uses: string[];
  readonly results: string[];
  readonly index: number;
  /** Something stands before a result. */
  isResultLate: boolean;
}

/**
 * Every `tool_use` has to be answered at the beginning of the very next turn, and every `tool_result` has to answer one.
 * Messages of one role in a row are one turn to Anthropic. Throws a RequestProblem (400).
 */
export function checkToolPairs(messages: readonly Message[]): void {
  const turns = turnsOf(messages);
  const seen = new Set<string>();
  turns.forEach((turn, place) => {
    for (const id of turn.uses) {
      if (seen.has(id)) throw new RequestProblem(400, `messages.${turn.index}: \`tool_use\` ids must be unique`);
      seen.add(id);
    }
    const next = turns[place + 1];
    const answered = next === undefined || next.isResultLate ? [] : next.results;
    const unanswered = turn.uses.filter((id) => !answered.includes(id));
    if (unanswered.length > 0) {
      throw new RequestProblem(
        400,
        `messages.${turn.index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ` +
          `${unanswered.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
      );
    }
    const asked = turns[place - 1]?.uses ?? [];
    const unasked = turn.results.find((id) => !asked.includes(id));
    if (unasked !== undefined) {
      throw new RequestProblem(
        400,
        `messages.${turn.index}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${unasked}. ` +
          'Each `tool_result` block must have a corresponding `tool_use` block in the previous message.',
      );
    }
    if (new Set(turn.results).size < turn.results.length) {
      throw new RequestProblem(400, `messages.${turn.index}: each tool_use must have a single result.`);
    }
  });
}

function turnsOf(messages: readonly Message[]): Turn[] {
  const turns: Turn[] = [];
  messages.forEach(({ role, blocks }, index) => {
    let turn = turns.at(-1);
    if (turn === undefined || turn.role !== role) {
      turn = { role, uses: [], results: [], index, isResultLate: false };
      turns.push(turn);
    }
    let hasOther = false;
    for (const block of blocks) {
      if (block.type === 'tool_use') turn.uses.push(block.id);
      if (block.type !== 'tool_result') {
        hasOther = true;
        continue;
      }
      turn.results.push(block.tool_use_id);
      if (hasOther) turn.isResultLate = true;
    }
  });
  return turns;
}
