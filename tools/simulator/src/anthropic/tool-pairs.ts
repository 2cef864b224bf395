import type { JsonObject } from '#kernel/json.ts';
import { RequestProblem } from '../request-problem.ts';

/** One message of a conversation, its content as blocks. */
export interface Message {
  readonly role: string;
  readonly blocks: readonly JsonObject[];
}

type Turn = { readonly role: string; readonly uses: string[]; readonly results: string[]; readonly index: number };

/**
 * Every `tool_use` has to be answered in the very next turn, and every `tool_result` has to answer one.
 * Messages of one role in a row are one turn to Anthropic. Throws a RequestProblem (400).
 */
export function checkToolPairs(messages: readonly Message[]): void {
  const turns = turnsOf(messages);
  turns.forEach((turn, place) => {
    const answered = turns[place + 1]?.results ?? [];
    const unanswered = turn.uses.filter((id) => !answered.includes(id));
    if (unanswered.length > 0) {
      throw new RequestProblem(
        400,
        `messages.${turn.index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ` +
          `${unanswered.join(', ')}.`,
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
  });
}

function turnsOf(messages: readonly Message[]): Turn[] {
  const turns: Turn[] = [];
  messages.forEach(({ role, blocks }, index) => {
    let turn = turns.at(-1);
    if (turn === undefined || turn.role !== role) {
      turn = { role, uses: [], results: [], index };
      turns.push(turn);
    }
    for (const block of blocks) {
      if (block['type'] === 'tool_use') {
        turn.uses.push(String(block['id']));
      } else if (block['type'] === 'tool_result') {
        turn.results.push(String(block['tool_use_id']));
      }
    }
  });
  return turns;
}
