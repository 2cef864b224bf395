import type { IncomingHttpHeaders } from 'node:http';

/** A coding agent that repeats a request whose answer broke off, without an `Idempotency-Key`. */
interface Agent {
  /** Headers that name its session; the first one that is there counts. */
  readonly session: readonly string[];
  /** A header that only this agent sends, where the one above may be anyone's. */
  readonly mark: string | null;
  /** The header that tells its sub-agents apart. */
  readonly part: string | null;
}

/** Seen of Claude Code 2.1.332 and Codex 0.171: what they repeat has the session's headers again. */
const agents: readonly Agent[] = [
  { session: ['x-claude-code-session-id'], mark: null, part: 'x-claude-code-agent-id' },
  { session: ['session-id', 'session_id'], mark: 'x-codex-turn-metadata', part: 'thread-id' },
  { session: ['session-id', 'session_id'], mark: 'x-codex-window-id', part: 'thread-id' },
];

/** The session of an agent that a request is of; undefined: no agent's that is known. */
export function agentSessionIn(headers: IncomingHttpHeaders): string | undefined {
  for (const { session, mark, part } of agents) {
    if (mark !== null && headers[mark] === undefined) continue;
    const name = session.find((each) => headers[each] !== undefined);
    if (name !== undefined) return `${headers[name]} ${part === null ? '' : (headers[part] ?? '')}`;
  }
  return undefined;
}
