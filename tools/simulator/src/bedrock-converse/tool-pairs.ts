import { RequestProblem } from '../request-problem.ts';
import type { ConverseMessage } from './request-shape.ts';

/** Every `toolUse` is answered in the very next message, and every `toolResult` answers one. Throws a RequestProblem (400). */
export function checkToolPairs(messages: readonly ConverseMessage[]): void {
  messages.forEach((message, at) => {
    const asked = usesIn(messages[at - 1]);
    const answered = resultsIn(message);
    const path = `messages.${at}.content`;
    if (new Set(answered).size < answered.length) {
      throw new RequestProblem(400, `The toolResult blocks at ${path} contain duplicate Ids: ${answered.join(', ')}`);
    }
    if (answered.some((id) => !asked.includes(id))) {
      throw new RequestProblem(
        400,
        `The number of toolResult blocks at ${path} exceeds the number of toolUse blocks of previous turn.`,
      );
    }
    const missing = asked.filter((id) => !answered.includes(id));
    if (missing.length > 0) {
      throw new RequestProblem(
        400,
        `Expected toolResult blocks at ${path} for the following Ids: ${missing.join(', ')}`,
      );
    }
    if (new Set(usesIn(message)).size < usesIn(message).length) {
      throw new RequestProblem(
        400,
        `The toolUse blocks at ${path} contain duplicate Ids: ${usesIn(message).join(', ')}`,
      );
    }
  });
  const open = usesIn(messages.at(-1));
  if (open.length > 0) {
    const path = `messages.${messages.length}.content`;
    throw new RequestProblem(400, `Expected toolResult blocks at ${path} for the following Ids: ${open.join(', ')}`);
  }
}

function usesIn(message: ConverseMessage | undefined): readonly string[] {
  return (message?.content ?? []).flatMap(({ toolUse }) => toolUse?.toolUseId ?? []);
}

function resultsIn(message: ConverseMessage): readonly string[] {
  return message.content.flatMap(({ toolResult }) => toolResult?.toolUseId ?? []);
}
